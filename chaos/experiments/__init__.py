"""Experiments in the Chaos Toolkit's format: versions, secrets, targets, the library of templates."""
