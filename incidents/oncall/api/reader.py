"""Moments and people in the bodies of overrides and swaps: read together, every mistake told at its field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from incidents.oncall.models import Schedule
from incidents.oncall.selectors.schedules import named_users, newest_version
from incidents.oncall.services import definitions
from reliability.access.domain.caller import Caller
from reliability.kit.periods import Period
from reliability.kit.times import TimeError, parse_moment
from reliability.kit.wall_clock import wall_clock
from reliability.web.errors import Invalid


class BodyReader:
    """people: every email address that the body names, looked up once."""

    def __init__(self, caller: Caller, schedule: Schedule, *, people: Sequence[str | None] = ()) -> None:
        newest = newest_version(schedule=schedule)
        self._clock = wall_clock(newest.definition["time_zone"] if newest else "UTC")
        self._people = definitions.People(
            caller=caller, team_id=schedule.team_id, named=named_users(schedule=schedule), wanted=people
        )
        self._details: list[dict[str, str]] = []

    def period(self, start: str, end: str, *, prefix: str = "") -> Period | None:
        """[start, end): local to the schedule's zone, or instants."""
        found = [self._moment(start, f"{prefix}start"), self._moment(end, f"{prefix}end")]
        if found[0] is None or found[1] is None:
            return None
        if found[1] <= found[0]:
            self._mistake(f"{prefix}end", f"must be later than {prefix}start")
            return None
        return Period(found[0], found[1])

    def person(self, email: str | None, field: str) -> int | None:
        if email is None:
            return None
        found = self._people.id_of(email)
        if found is None:
            self._mistake(field, f"{email} is nobody who may be put on call here: name a member")
        return found

    def refuse(self) -> None:
        """Raise Invalid with every mistake, if there is any."""
        if self._details:
            raise Invalid(details=self._details)

    def _moment(self, text: str, field: str) -> datetime | None:
        try:
            return datetime.fromtimestamp(parse_moment(text, clock=self._clock).instant, UTC)
        except TimeError as error:
            self._mistake(field, str(error))
            return None

    def _mistake(self, field: str, message: str) -> None:
        self._details.append({"field": field, "message": message})
