"""What a stored suspicion rests on, for its reasons in words."""

from __future__ import annotations

from datetime import timedelta

from reliability.suspects.domain.kinds import CaseKind, SuspectKind
from reliability.suspects.domain.reasons import Facts
from reliability.suspects.models import Suspect


def facts_of(row: Suspect, *, case: CaseKind, of: str) -> Facts:
    """Of a suspect that the reader may know, its service joined. of: title of the service that was in trouble."""
    return Facts(
        kind=SuspectKind(row.kind),
        case=case,
        lag=timedelta(seconds=row.lag_seconds),
        is_running=row.is_running,
        distance=row.distance,
        failed=row.failed,
        total=row.total,
        service=None if row.service is None else row.service.title,
        of=of,
        is_late=row.is_late,
    )
