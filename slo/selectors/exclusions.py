"""Excluded periods and budget adjustments of an objective."""

from __future__ import annotations

from django.db.models import QuerySet

from reliability.kit.periods import Period
from slo.models import Adjustment, Exclusion, Slo


def exclusions_of(*, slo: Slo, period: Period | None = None) -> QuerySet[Exclusion]:
    """Exclusions of the objective and of its service that touch *period*, revoked ones included, newest first."""
    raise NotImplementedError


def adjustments_of(*, slo: Slo, period: Period | None = None) -> QuerySet[Adjustment]:
    """Adjustments of the objective in *period*, revoked ones included, newest first."""
    raise NotImplementedError
