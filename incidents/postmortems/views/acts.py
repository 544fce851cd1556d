"""What may be done with a postmortem as a whole: the buttons beside its title."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from incidents.postmortems.models import Postmortem
from incidents.postmortems.parts import Act
from incidents.postmortems.views.heading import heading_of
from reliability.access.domain.caller import Role
from reliability.access.requests import AccessRequest


def document_acts(request: AccessRequest, postmortem: Postmortem) -> Sequence[Act]:
    found = []
    if request.caller.may(postmortem.team_id, Role.RESPONDER):
        url = reverse("postmortem-edit", args=[postmortem.pk])
        found.append(Act(heading_of(postmortem), url, "edit"))
    if request.caller.may_read(postmortem.team_id):
        found.append(Act("History", reverse("postmortem-history", args=[postmortem.pk]), "history"))
    return found
