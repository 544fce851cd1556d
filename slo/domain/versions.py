"""Versions of a definition over time, and which of them judges a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
    raise NotImplementedError
