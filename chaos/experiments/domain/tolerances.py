"""What a probe of the hypothesis is compared with: a value, a list, or a range, regex, jsonpath or probe."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Mapping
from typing import Any

from chaos.experiments.domain.notes import Notes, is_number
from chaos.experiments.domain.places import Path

PATTERN_LENGTH_MAX = 1_000
_PAIR = 2
_TYPES = "range, regex, jsonpath or probe"


def check_tolerance(notes: Notes, path: Path, tolerance: object, *, is_http: bool) -> None:
    """is_http: lists are compared with the status, so that their order says nothing."""
    if isinstance(tolerance, Mapping):
        _check_typed(notes, path, tolerance)
    elif isinstance(tolerance, list):
        if not tolerance:
            notes.add(path, "an empty list is never met: write values, or two bounds")
        elif len(tolerance) == _PAIR and not is_http and all(is_number(one) for one in tolerance):
            _check_bounds(notes, path, tolerance)
    elif isinstance(tolerance, float):
        notes.add(path, f"a fraction is never met by the toolkit: write a range such as [{tolerance}, {tolerance}]")
    elif not isinstance(tolerance, bool | int | str):
        notes.add(path, f"a tolerance is true, a number, a text, a list, or a mapping of the type {_TYPES}")


def _check_typed(notes: Notes, path: Path, tolerance: Mapping[str, Any]) -> None:
    target = tolerance.get("target")
    if target is not None and not isinstance(target, str):
        notes.add((*path, "target"), "target must be a text: the key of the value to look at, such as body")
    match tolerance.get("type"):
        case "range":
            bounds = tolerance.get("range")
            if not (isinstance(bounds, list) and len(bounds) == _PAIR and all(is_number(one) for one in bounds)):
                notes.add((*path, "range"), "range must be a list of two numbers: [lowest, highest]")
            else:
                _check_bounds(notes, (*path, "range"), bounds)
        case "regex":
            _check_pattern(notes, path, tolerance)
        case "jsonpath":
            _check_jsonpath(notes, path, tolerance)
        case "probe":
            provider = tolerance.get("provider")
            if isinstance(provider, Mapping) and not isinstance(provider.get("arguments"), Mapping):
                notes.add(
                    (*path, "provider"), "needs arguments (a mapping, it may be empty): the toolkit puts value there"
                )
        case other:
            notes.add((*path, "type"), f"there is no tolerance of the type {str(other)[:40]!r}: write {_TYPES}")


def _check_bounds(notes: Notes, path: Path, bounds: list[Any]) -> None:
    if bounds[0] > bounds[1]:
        notes.add(path, f"the lowest ({bounds[0]}) is above the highest ({bounds[1]}): nothing lies between; swap them")


def _check_pattern(notes: Notes, path: Path, tolerance: Mapping[str, Any]) -> None:
    pattern = notes.text(path, tolerance, "pattern", "a regex tolerance")
    if pattern is None:
        return
    if len(pattern) > PATTERN_LENGTH_MAX:
        notes.add((*path, "pattern"), f"has {len(pattern):,} characters: at most {PATTERN_LENGTH_MAX:,} are allowed")
        return
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        notes.add((*path, "pattern"), f"is no regular expression: {error}")


def _check_jsonpath(notes: Notes, path: Path, tolerance: Mapping[str, Any]) -> None:
    written = notes.text(path, tolerance, "path", "a jsonpath tolerance")
    count = tolerance.get("count")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 0):
        notes.add((*path, "count"), "count must be a whole number: how many values are expected")
    if written is None:
        return
    if len(written) > PATTERN_LENGTH_MAX:
        notes.add((*path, "path"), f"has {len(written):,} characters: at most {PATTERN_LENGTH_MAX:,} are allowed")
    elif importlib.util.find_spec("jsonpath2") is None:
        notes.add(
            path,
            "jsonpath tolerances need the package jsonpath2, which this installation lacks: an administrator can "
            "install it, or write a regex or range tolerance",
        )
    else:
        try:
            importlib.import_module("jsonpath2.path").Path.parse_str(written)
        except (ValueError, TypeError, RecursionError) as error:
            notes.add((*path, "path"), f"is no JSON path: {str(error)[:200]}")
