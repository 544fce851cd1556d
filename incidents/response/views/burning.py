"""What a page says before somebody ends an incident whose objective burns on."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from incidents.response.models import Incident
from incidents.response.selectors.burning import burning_words
from reliability.kit.durations import humanize_duration


def resolution_words(*, incident: Incident, now: datetime) -> str:
    """What happens to what burns on; blank where nothing does."""
    burning = burning_words(incident=incident, now=now)
    if not burning:
        return ""
    minutes = settings.INCIDENT_REALERT_MINUTES
    again = f" If it still fires {_minutes(minutes)} later, this incident is reopened and pages." if minutes > 0 else ""
    return f"{burning}: the rule will not page again until it has ended and fired anew.{again}"


def closing_words(*, incident: Incident, now: datetime) -> str:
    """What closing does beyond what its choices say."""
    parts = [] if incident.resolved_at else ["It is not resolved yet: closing resolves it, too, and ends the paging."]
    burning = burning_words(incident=incident, now=now)
    if burning:
        parts.append(
            f"{burning}. Closed as real it is looked at again later; closed as a duplicate or a false positive this "
            "firing pages nobody any more."
        )
    return " ".join(parts)


def _minutes(minutes: int) -> str:
    return humanize_duration(timedelta(minutes=minutes))
