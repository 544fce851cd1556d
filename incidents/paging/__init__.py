"""Escalation policies, their runs, and the delivery of each notification."""
