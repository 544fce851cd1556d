"""Runs of experiments: guards, supervision, undo, abort, verdict, score and report."""
