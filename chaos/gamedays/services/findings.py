"""Weaknesses the day showed, on their way to the vulnerability backlog."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from chaos.backlog.domain.states import Origin
from chaos.backlog.services import vulnerabilities
from chaos.gamedays.domain import bounds
from chaos.gamedays.domain.states import State
from chaos.gamedays.models import Finding
from chaos.gamedays.services.checked import check_texts
from chaos.gamedays.services.holding import check_state, held, tell
from chaos.gamedays.services.scenarios import scenario_of
from reliability.access.domain.caller import Caller, Role
from reliability.catalog.models import Layer, Service
from reliability.web.errors import Conflict

_OPEN = frozenset({State.LIVE, State.WRAPPING_UP})


def record(
    *,
    caller: Caller,
    number: int,
    title: str,
    text: str = "",
    layer: str,
    service: str = "",
    scenario_id: int | None = None,
    now: datetime,
) -> Finding:
    """Keep it, and put it into the backlog. layer: of catalog.Layer; service: name, blank: none. Responders.

    Raises NotFound, Forbidden, Invalid, Conflict before it is live or once closed.
    """
    with transaction.atomic():
        row = held(caller=caller, number=number, role=Role.RESPONDER)
        check_state(row=row, allowed=_OPEN, what="get findings")
        others = []
        if layer not in Layer.values:
            others.append({"field": "layer", "message": f"must be one of {', '.join(Layer.values)}"})
        found: Service | None = None
        if service:
            found = Service.objects.readable_by(caller).filter(name=service[:63]).first()
            if found is None:
                others.append({"field": "service", "message": "is no service that you may see: choose another"})
        texts = {"title": title.strip(), "text": text.strip()}
        needed = {"title": "say what is weak, such as “nothing alerts when the cache is gone”"}
        check_texts(texts=texts, most={"title": bounds.TITLE_MAX, "text": 2_000}, needed=needed, others=others)
        if row.findings.count() >= settings.GAME_DAY_FOLLOW_UPS_MAX:
            raise Conflict(f"it has {settings.GAME_DAY_FOLLOW_UPS_MAX} findings: that is the most", reason="too_many")
        scenario = None if scenario_id is None else scenario_of(row=row, scenario_id=scenario_id)
        made = Finding.objects.create(
            game_day=row, scenario=scenario, service=found, layer=layer, at=now, by_name=caller.name[:160], **texts
        )
        weakness = vulnerabilities.record(
            caller=caller,
            team_id=row.team_id,
            service_id=found.pk if found is not None else None,
            layer=layer,
            title=made.title,
            hypothesis=made.text,
            origin=Origin.GAME_DAY,
            origin_key=f"game_day:{row.pk}:finding:{made.pk}",
            origin_title=f"Game day {row.pk}: {row.title}"[:160],
            origin_url=reverse("game-day", args=(row.pk,)),
            now=now,
        )
        made.vulnerability_id = weakness.pk
        made.save(update_fields=("vulnerability_id",))
        changes: dict[str, list[Any]] = {
            "finding": [None, made.title],
            "layer": [None, layer],
            "vulnerability": [None, weakness.pk],
        }
        tell(caller=caller, row=row, action="find", changes=changes, now=now)
    return made
