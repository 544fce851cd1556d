"""Which burn alerts of an incident fire on, though a person says that it is over."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from incidents.response.models import Alert, Incident
from slo.models import BurnAlert, CompositeAlert
from slo.selectors.alerts import open_alerts, still_words
from slo.selectors.composite_alerts import open_composite_alerts, still_burning

_SHOWN_MAX = 3
_OBJECTIVE, _COMPOSITE = "slo:", "composite:"


def firing_on(*, incident: Incident) -> dict[int, BurnAlert | CompositeAlert]:
    """Open burn alerts of the incident by the id of the alert that tells of each, also after a person ended those."""
    ours = Q(origin__startswith=_OBJECTIVE) | Q(origin__startswith=_COMPOSITE)
    found = Alert.objects.filter(ours, incident=incident, ended_by_source=False).order_by("pk").only("key", "origin")
    told = {alert.pk: (alert.origin.startswith(_COMPOSITE), _number(alert)) for alert in found}
    slos, composites = (
        [number for is_composite, number in told.values() if is_composite is kind and number is not None]
        for kind in (False, True)
    )
    burning: dict[tuple[bool, int | None], BurnAlert | CompositeAlert] = {}
    if slos:
        burning |= {(False, one.pk): one for one in open_alerts(ids=slos)}
    if composites:
        burning |= {(True, one.pk): one for one in open_composite_alerts(ids=composites)}
    return {pk: burning[firing] for pk, firing in told.items() if firing in burning}


def _number(alert: Alert) -> int | None:
    """The firing that an alert tells of, as its key says; None when it is not one of ours."""
    number = alert.key.rpartition("/")[2]
    return int(number) if number.isascii() and number.isdigit() else None


def burning_words(*, incident: Incident, now: datetime) -> str:
    """ "Search availability still burns at 14.4×" of each objective that does; blank when none does."""
    firing = firing_on(incident=incident).values()
    words = still_words(alerts=[one for one in firing if isinstance(one, BurnAlert)], now=now)
    words += still_burning(alerts=[one for one in firing if isinstance(one, CompositeAlert)])
    more = len(words) - _SHOWN_MAX
    return ", ".join(words[:_SHOWN_MAX]) + (f" and {more} more" if more > 0 else "")
