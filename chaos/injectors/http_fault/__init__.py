"""Faults of single HTTP requests: answered with an error, answered late, answered with a broken body."""
