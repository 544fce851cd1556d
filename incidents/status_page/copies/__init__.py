"""Kept answers of status pages: files that any web process serves while everything else is down. No database."""
