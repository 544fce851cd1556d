"""Indicators on the page of the source they measure from."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from reliability.access.requests import AccessRequest
from reliability.telemetry.models import Source
from reliability.telemetry.usage import Usage, User
from slo.models import Sli
from slo.selectors.measuring import may_measure
from slo.selectors.slis import SliFilters, list_slis

USERS_MAX = 50


def indicators_of_source(request: AccessRequest, source: Source) -> Usage:
    """The readable indicators by name, the first of them only, and how many there are."""
    found = list_slis(caller=request.caller, filters=SliFilters(source_name=source.name))
    users = tuple(
        User(sli.name, str(sli), reverse("sli-detail", args=(sli.name,)), _words(sli)) for sli in found[:USERS_MAX]
    )
    may_create = may_measure(caller=request.caller, source=source)
    create_url = f"{reverse('slo-new')}?{urlencode({'source': source.name})}" if may_create else ""
    return Usage("SLI", users, found.count(), create_url)


def _words(sli: Sli) -> str:
    if sli.last_error:
        return sli.last_error
    if sli.faulty_minutes:
        return f"{sli.faulty_minutes} minutes refused"
    return "measured" if sli.collected_at or sli.total_minutes else "nothing measured yet"
