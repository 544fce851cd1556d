"""Keeps processors, memory or a disk busy."""
