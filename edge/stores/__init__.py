"""Stores behind one protocol."""
