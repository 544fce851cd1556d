"""An objective and the indicator under it, made or changed together or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from reliability.access.domain.caller import Caller
from reliability.web.errors import ProblemError
from slo.models import Slo
from slo.services import slis, slos
from slo.services.slis import SliDraft
from slo.services.slos import SloDraft

# Fields of details that speak of the indicator begin with this.
SLI_PREFIX = "sli."


@transaction.atomic
def create(*, caller: Caller, draft: SloDraft, sli_draft: SliDraft | None, now: datetime, reason: str = "") -> Slo:
    """Create the objective, and first its indicator when *sli_draft* is given (its id replaces that of *draft*).

    Raises as slos.create and slis.create do; details about the indicator carry the prefix SLI_PREFIX.
    """
    return slos.create(caller=caller, draft=_with_sli(caller, draft, sli_draft, now, reason), now=now, reason=reason)


@transaction.atomic
def update(
    *,
    caller: Caller,
    slo: Slo,
    draft: SloDraft,
    sli_draft: SliDraft | None,
    now: datetime,
    reason: str,
    effective_from: datetime | None,
    expected_revision: int | None,
) -> Slo:
    """Change the objective, on a new indicator when *sli_draft* is given. Raises as slos.update and slis.create do."""
    return slos.update(
        caller=caller,
        slo=slo,
        draft=_with_sli(caller, draft, sli_draft, now, reason),
        now=now,
        reason=reason,
        effective_from=effective_from,
        expected_revision=expected_revision,
    )


def _with_sli(caller: Caller, draft: SloDraft, sli_draft: SliDraft | None, now: datetime, reason: str) -> SloDraft:
    if sli_draft is None:
        return draft
    with _prefixed():
        return replace(draft, sli_id=slis.create(caller=caller, draft=sli_draft, now=now, reason=reason).pk)


@contextmanager
def _prefixed() -> Iterator[None]:
    try:
        yield
    except ProblemError as problem:
        details = problem.details or [{"field": "name", "message": problem.message}]
        problem.details = [
            {**detail, "field": SLI_PREFIX + str(detail.get("field") or detail.get("path") or "")} for detail in details
        ]
        raise
