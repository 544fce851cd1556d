"""One line for the whole page, as Statuspage words it: an indicator and a description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from incidents.status_page.domain.content import ComponentView, Content
from incidents.status_page.domain.states import ComponentState, Impact, worst


@dataclass(frozen=True, slots=True)
class Overall:
    """indicator: none, minor, major, critical or maintenance. tone: of the page's colours."""

    indicator: str
    description: str
    tone: str


def overall(content: Content) -> Overall:
    """By the worst component, or the worst impact of an open incident; maintenance only when nothing is worse.

    "All systems operational" is said only when each component is known to be: measured, or said by a person.
    """
    states = [one.state for one in content.components]
    state = worst(states) or ComponentState.OPERATIONAL
    impact = max((one.impact for one in content.open_incidents), key=lambda one: one.rank, default=Impact.NONE)
    if state is ComponentState.MAJOR_OUTAGE:
        everything = all(one is ComponentState.MAJOR_OUTAGE for one in states)
        return Overall("critical", "Major outage" if everything else "Partial system outage", "bad")
    if impact is Impact.CRITICAL:
        return Overall("critical", "Major outage", "bad")
    if state is ComponentState.PARTIAL_OUTAGE or impact is Impact.MAJOR:
        return Overall("major", "Partial system outage", "bad")
    if state is ComponentState.DEGRADED_PERFORMANCE or impact is Impact.MINOR:
        return Overall("minor", "Minor service outage" if impact is Impact.MINOR else "Degraded performance", "warn")
    if state is ComponentState.UNDER_MAINTENANCE or content.active_maintenances:
        return Overall("maintenance", "Service under maintenance", "info")
    return _without_trouble(content.components)


def _without_trouble(components: Sequence[ComponentView]) -> Overall:
    if not components:
        return Overall("none", "No components yet", "none")
    dark = [one for one in components if one.state is ComponentState.UNKNOWN or one.is_stale]
    if len(dark) == len(components):
        return Overall("none", "No current measurements", "none")
    if dark:
        return Overall("none", "No known problems; not everything is measured", "none")
    return Overall("none", "All systems operational", "good")
