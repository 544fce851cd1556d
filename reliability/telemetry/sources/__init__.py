"""Kinds of sources: one folder each, of one shape, listed in registry.py."""
