"""`{% load access %}`: what a page may tell of a related object."""

from __future__ import annotations

from django import template

from reliability.access.domain.caller import Caller
from reliability.access.domain.visible import Related, visible

register = template.Library()


@register.filter
def visible_to(related: Related | None, caller: Caller) -> Related | None:
    """`{% with service=slo.service|visible_to:request.caller %}` is None for what a private team of others keeps."""
    return visible(caller=caller, related=related or None)
