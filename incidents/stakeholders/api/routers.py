"""The addresses of the room in the API: (prefix, router) for reliability.api."""

from __future__ import annotations

from ninja import Router

from incidents.stakeholders.api import groups, messages, stakeholders, words

ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/v1/stakeholders/groups", groups.router),
    ("/v1/stakeholders/messages", messages.router),
    ("/v1/stakeholders/words", words.router),
    ("/v1/stakeholders", stakeholders.router),
)
