"""Which burn alerts of an incident fire on, though a person says that it is over."""

from __future__ import annotations

from datetime import datetime

from incidents.response.models import Alert, Incident
from slo.models import BurnAlert
from slo.selectors.alerts import open_alerts, still_words

_SHOWN_MAX = 3


def burn_alert_id(*, alert: Alert) -> int | None:
    """The firing that an alert tells of, as its key says; None when it is not one of ours."""
    number = alert.key.rpartition("/")[2]
    is_own = alert.origin.startswith("slo:") and number.isascii() and number.isdigit()
    return int(number) if is_own else None


def firing_on(*, incident: Incident) -> dict[int, BurnAlert]:
    """Open burn alerts of the incident by the id of the alert that tells of each, also after a person ended those."""
    found = Alert.objects.filter(incident=incident, origin__startswith="slo:", ended_by_source=False).order_by("pk")
    told = {alert.pk: burn_alert_id(alert=alert) for alert in found.only("key", "origin")}
    burning = {one.pk: one for one in open_alerts(ids=[pk for pk in told.values() if pk is not None])} if told else {}
    return {pk: burning[firing] for pk, firing in told.items() if firing in burning}


def burning_words(*, incident: Incident, now: datetime) -> str:
    """ "Search availability still burns at 14.4×" of each objective that does; blank when none does."""
    words = still_words(alerts=list(firing_on(incident=incident).values()), now=now)
    more = len(words) - _SHOWN_MAX
    return ", ".join(words[:_SHOWN_MAX]) + (f" and {more} more" if more > 0 else "")
