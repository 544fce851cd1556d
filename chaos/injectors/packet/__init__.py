"""Drops, loses or delays packets in a network namespace."""
