"""Blameless postmortems: drafted from the incident, written together, reviewed, published, found again."""
