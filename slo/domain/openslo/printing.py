"""A plan as text for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from slo.domain.openslo.plan import Action, Change, Plan

_SIGNS = {Action.CREATE: "+", Action.CHANGE: "~", Action.UNCHANGED: " "}
_WIDTH_MAX = 100


def print_plan(plan: Plan, *, is_applied: bool = False) -> str:
    """The changes, then the warnings, then one sentence that counts them."""
    lines: list[str] = []
    for change in plan.changes:
        if change.action is not Action.UNCHANGED:
            lines.extend([*_change_lines(change), ""])
    lines.extend(f"warning: {warning}" for warning in plan.warnings)
    if plan.warnings:
        lines.append("")
    lines.append(_summary(plan, is_applied=is_applied))
    return "\n".join(lines)


def _change_lines(change: Change) -> Iterator[str]:
    sign = _SIGNS[change.action]
    words = "will be created" if change.action is Action.CREATE else "will be changed"
    yield f"{sign} {change.kind} {change.name} {words}  ({change.file}:{change.line})"
    width = max((len(field.path) for field in change.fields), default=0)
    for field in change.fields:
        old = "" if change.action is Action.CREATE else f"{_value(field.old)} → "
        yield f"    {field.path:<{width}}  {old}{_value(field.new)}"


def _value(value: Any) -> str:
    if value is None:
        return "(none)"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _WIDTH_MAX else text[: _WIDTH_MAX - 1] + "…"


def _summary(plan: Plan, *, is_applied: bool) -> str:
    created, changed = plan.count(Action.CREATE), plan.count(Action.CHANGE)
    unchanged = plan.count(Action.UNCHANGED)
    if plan.is_empty:
        return f"Nothing to change: {unchanged} {'object is' if unchanged == 1 else 'objects are'} as described."
    if is_applied:
        return f"Applied: {created} created, {changed} changed, {unchanged} unchanged."
    return f"Plan: {created} to create, {changed} to change, {unchanged} unchanged."
