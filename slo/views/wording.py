"""Objectives in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import visible
from reliability.access.services.audit import changes_between
from slo.domain.labels import LABELS
from slo.domain.windows import parse_window
from slo.models import SloVersion
from slo.selectors.names import with_names
from slo.selectors.phrases import METHODS, objective_text, sentence, window_text
from slo.services.slos import SloDraft

__all__ = ["differences", "in_words", "objective_text", "sentence", "target_of", "version_changes", "window_text"]


def target_of(version: SloVersion) -> str:
    """The objective and its window, short: "99.9 % over 28 days", "99.5 % per month"."""
    return f"{objective_text(version.objective)} {window_text(version.window)}"


def differences(*, stored: SloDraft, typed: SloDraft, caller: Caller) -> list[dict[str, Any]]:
    """What two drafts differ in, for web/_diff.html: old is the stored value, new the typed one."""
    old, new = ({field.name: getattr(draft, field.name) for field in fields(SloDraft)} for draft in (stored, typed))
    if not new["sli_id"]:  # described on the same form, and made when it is saved
        old, new = old | {"sli_id": None}, new | {"sli_id": None}
    changes = with_names(changes=changes_between(old=old, new=new), caller=caller)
    if not typed.sli_id:
        changes["sli"] = [*with_names(changes={"sli_id": [stored.sli_id]}, caller=caller)["sli"], "a new one"]
    return _fields((name, in_words(name, pair[0]), in_words(name, pair[1])) for name, pair in changes.items())


def version_changes(versions: Sequence[SloVersion], *, caller: Caller) -> list[tuple[SloVersion, list[dict[str, Any]]]]:
    """Each version, newest first, with what it changed against the one before; the first one with all of it."""
    older: Sequence[SloVersion | None] = [*versions[1:], None]
    return [(newer, _changes(newer, before, caller)) for newer, before in zip(versions, older, strict=True)]


def _changes(version: SloVersion, before: SloVersion | None, caller: Caller) -> list[dict[str, Any]]:
    names = ["objective", "window", "budgeting_method", "slice_minutes", "slice_target", "counts_no_data_as_bad"]
    if before is None:
        names = ["objective", "window", "budgeting_method"]
    indicator = _indicator_change(version, before, caller)
    return indicator + _fields(
        (
            name,
            None if before is None else in_words(name, getattr(before, name)),
            in_words(name, getattr(version, name)),
        )
        for name in names
    )


def _indicator_change(version: SloVersion, before: SloVersion | None, caller: Caller) -> list[dict[str, Any]]:
    """Compared by what they are, not by their words: two private indicators read alike."""
    if before is not None and before.sli_id == version.sli_id:
        return []
    new = str(visible(caller=caller, related=version.sli) or "a private indicator")
    old = str(visible(caller=caller, related=before.sli) or "another private indicator") if before else None
    return [{"name": LABELS["sli"], "old": old, "new": new}]


def _fields(values: Any) -> list[dict[str, Any]]:
    return [{"name": LABELS[name], "old": old, "new": new} for name, old, new in values if old != new]


def in_words(name: str, value: Any) -> str:
    """One field of a definition as a person says it."""
    if value in (None, ""):
        return "none"
    if name == "window":
        return parse_window(value).describe()
    if name in {"objective", "slice_target"}:
        return objective_text(Decimal(value))
    if name == "budgeting_method":
        return METHODS[value].rstrip(",")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
