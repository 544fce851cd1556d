"""Kinds of due work of this room."""

INCIDENT = "suspects.incident"
RANK = "suspects.rank"
