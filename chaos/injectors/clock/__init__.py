"""Shifts the clock that a process sees."""
