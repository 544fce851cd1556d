"""Fills a file system."""
