"""What this room adds to the shell of every page: its tabs, its experiments in the search."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.urls import reverse

from chaos.experiments.selectors.experiments import list_experiments
from chaos.experiments.tabs import register_tab
from reliability.access.domain.caller import Caller
from reliability.web.search import Hit, register_search


def experiments_found(request: HttpRequest, query: str, limit: int) -> Sequence[Hit]:
    """Readable experiments whose title, address or hypothesis holds the words."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # AccessRequest declares it
    found = list_experiments(caller=caller, text=query.replace("\0", ""))[:limit]
    return [
        Hit("Experiment", one.title, reverse("experiment-detail", args=[one.slug]), one.team.name, icon="flask")
        for one in found
    ]


register_tab("Experiments", "experiment-list", 20)
register_tab("Targets", "target-list", 80)
register_tab("Library", "experiment-library", 90)
register_search("experiments", experiments_found)
