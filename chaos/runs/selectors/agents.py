"""Which agents are there, as their rows say."""

from __future__ import annotations

from datetime import datetime

from chaos.runs.domain.guards_before import AGENT_SEEN_WITHIN
from chaos.runs.models import Agent


def hosts_of_agents(*, name: str, now: datetime) -> list[str]:
    """Hosts on which an agent of that name was seen just now; blank is the default. One query."""
    found = Agent.objects.filter(name=name, seen_at__gt=now - AGENT_SEEN_WITHIN).order_by("host")
    return list(found.values_list("host", flat=True).distinct())
