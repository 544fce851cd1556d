"""Chaos: experiments, runs, schedules, the vulnerability backlog, game days. Each is a room of its own.

May import slo and what lies below it, never incidents: those register what they know.
"""
