"""What this room adds to the shell of every page: its tabs, states, its vulnerabilities in the search."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from chaos.backlog.selectors.entries import trials_due
from chaos.backlog.selectors.vulnerabilities import VulnerabilityFilters, list_vulnerabilities
from chaos.backlog.selectors.waiting import waiting_runs
from chaos.experiments.tabs import register_tab
from chaos.runs.calendar import register_entries
from chaos.runs.coming import register_coming
from reliability.access.domain.caller import Caller
from reliability.web.search import Hit, register_search
from reliability.web.states import StateLook, register_state


def vulnerabilities_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable vulnerabilities whose title or fear holds the words."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    filters = VulnerabilityFilters(text=query.replace("\0", ""))
    found = list_vulnerabilities(caller=caller, filters=filters)[:limit]
    return [
        Hit("Vulnerability", one.title, reverse("vulnerability-detail", args=[one.pk]), one.team.name, icon="shield")
        for one in found
    ]


register_tab("Backlog", "vulnerability-list", 50)
register_tab("Coverage", "coverage", 55)
register_tab("Trials", "trial-list", 60)
register_search("vulnerabilities", vulnerabilities_found)
register_coming("runs", waiting_runs)
register_entries("recovery trials", trials_due)
for _slug, _look in {
    # vulnerabilities
    "vulnerability_open": StateLook("Open", "info", "dot"),
    "vulnerability_trying": StateLook("Being tried", "busy", "flask"),
    "vulnerability_confirmed": StateLook("Confirmed", "bad", "breach"),
    "vulnerability_refuted": StateLook("Refuted", "good", "check"),
    "vulnerability_mended": StateLook("Mended", "good", "shield"),
    "vulnerability_accepted": StateLook("Accepted", "none", "flag"),
    # cells of the coverage map
    "cell_unanswered": StateLook("No answer", "warn", "no-data"),
    "cell_scheduled": StateLook("Scheduled", "busy", "calendar"),
    "cell_planned": StateLook("Planned", "info", "flask"),
    "cell_never_tried": StateLook("Never tried", "none", "minus"),
    # trials
    "trial_overdue": StateLook("Overdue", "bad", "clock"),
    "trial_in_date": StateLook("In date", "good", "check"),
    "trial_coming": StateLook("Not held yet", "none", "clock"),
    "trial_missed": StateLook("Missed", "bad", "breach"),
}.items():
    register_state(_slug, _look)
