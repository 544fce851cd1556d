"""Vulnerabilities: what may break, what to try next, and what was never tried."""
