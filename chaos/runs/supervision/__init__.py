"""Agents: who starts the process of a run, watches it, and takes its faults back."""
