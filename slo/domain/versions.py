"""Versions of a definition over time, and which of them judges a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reliability.kit.instants import format_instant
from slo.domain.definition import Definition


class Basis(StrEnum):
    """AS_OF: the version in force at the instant judges the whole window. RESTATED: the current version does."""

    AS_OF = "as_of"
    RESTATED = "restated"


class VersionError(LookupError):
    """An SLO without any version; `reason` is a slug."""

    reason = "no_version"


@dataclass(frozen=True, slots=True)
class Version:
    """A definition from `effective_from` on, until the next one; `number` counts from 1."""

    number: int
    effective_from: datetime
    definition: Definition


@dataclass(frozen=True, slots=True)
class Choice:
    """The version that judges, why, and the words for it."""

    version: Version
    basis: Basis
    label: str


def choose(*, versions: Sequence[Version], at: datetime, now: datetime, basis: Basis = Basis.AS_OF) -> Choice:
    """The version that judges windows ending at *at*. Before the first version, the first one. Raises VersionError."""
    ordered = sorted(versions, key=lambda version: version.effective_from)
    if not ordered:
        raise VersionError("the SLO has no version: give it an objective and a window")
    if basis is Basis.RESTATED:
        version = in_force(versions=ordered, at=now) or ordered[0]
        return Choice(version, basis, f"restated under version {version.number}, in force since {_day(version)}")
    found = in_force(versions=ordered, at=at)
    if found is None:
        first = ordered[0]
        return Choice(first, basis, f"before the first version: judged by version {first.number} of {_day(first)}")
    return Choice(found, basis, f"as of version {found.number}, in force since {_day(found)}")


def in_force(*, versions: Sequence[Version], at: datetime) -> Version | None:
    """The newest version with effective_from ≤ *at*; None before the first."""
    begun = [version for version in versions if version.effective_from <= at]
    return max(begun, key=lambda version: version.effective_from, default=None)


def _day(version: Version) -> str:
    return format_instant(version.effective_from)
