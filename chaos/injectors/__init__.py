"""Faults, one folder each: inject, undo, verify, and a deadline kept by the injector itself where it can. No Django."""
