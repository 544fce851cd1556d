"""Pauses and kills processes."""
