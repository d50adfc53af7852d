"""The shell: HTTP, stores, clock and secrets around the pure cores."""
