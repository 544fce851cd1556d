"""Alerts from outside: integrations, grouping, silences, monitors, and what was refused."""
