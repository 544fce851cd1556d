"""The fields of objectives and indicators as people say them."""

from __future__ import annotations

from collections.abc import Iterable

LABELS = {
    "name": "Name",
    "title": "Title",
    "team": "Team",
    "service": "Service",
    "sli": "Indicator",
    "source": "Source",
    "spec": "Measurement",
    "objective": "Objective",
    "window": "Window",
    "description": "Why it matters",
    "labels": "Labels",
    "alert_policies": "Alert policies",
    "budgeting_method": "Budget counts",
    "slice_minutes": "Slice in minutes",
    "slice_target": "Slice target",
    "counts_no_data_as_bad": "Minutes without data spend budget",
}


def said(fields: Iterable[str]) -> str:
    """Field names as a list within a sentence: "title, indicator and objective"."""
    words = [LABELS.get(field, field.replace("_", " ")).lower() for field in fields]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
