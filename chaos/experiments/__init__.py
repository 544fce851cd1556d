"""Experiments in the Chaos Toolkit's format: versions, secrets, the targets they may touch, the library of templates."""
