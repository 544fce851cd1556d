"""The suspects of an incident, for its page in the room above; drawn by `suspects/_suspect.html`."""

from __future__ import annotations

from reliability.access.domain.caller import Caller
from reliability.suspects.selectors.cases import case_of_incident
from reliability.suspects.selectors.named import SHOWN_MAX, CaseView, case_view


def suspects_of_incident(*, caller: Caller, incident_id: int, limit: int = SHOWN_MAX + 2) -> CaseView | None:
    """As the caller may know them; None while they are not ranked. Three queries."""
    found = case_of_incident(caller=caller, incident_id=incident_id)
    if found is None or found.ranked_at is None:
        return None
    return case_view(case=found, caller=caller, limit=limit)
