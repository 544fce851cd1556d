"""Incidents from the first alert to their close: roles, phases, timeline, figures."""
