"""Secret addresses of the chaos calendar: made and revoked."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from chaos.schedules.models import CalendarAddress
from reliability.access.domain.caller import Caller
from reliability.access.models import Team
from reliability.access.services import secret_addresses
from reliability.access.services.secret_addresses import Kind, NewAddress


def create(*, caller: Caller, team: Team | None, now: datetime) -> NewAddress[CalendarAddress]:
    """An address of one readable team, or of all that the caller may read. Raises Forbidden, Conflict."""
    most = settings.CALENDAR_ADDRESSES_MAX
    return secret_addresses.create(kind=_KIND, caller=caller, columns={"team": team}, count_max=most, now=now)


def revoke(*, caller: Caller, address_id: int, now: datetime) -> CalendarAddress:
    """End an own address, or anybody's as an administrator. Raises NotFound."""
    return secret_addresses.revoke(kind=_KIND, caller=caller, address_id=address_id, now=now)


def _subject_of(address: CalendarAddress) -> tuple[str, int | None]:
    return (address.team.slug if address.team else "every team"), address.team_id


_KIND = Kind(model=CalendarAddress, noun="calendar_address", subject_of=_subject_of)
