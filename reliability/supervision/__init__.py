"""The embedded mode's supervisor, health and readiness, and our own metrics.

What the supervisor itself imports is the standard library alone, so that it stays small and starts at once.
"""
