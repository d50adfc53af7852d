"""Finds the rules that are true of a request without looking at the others."""
