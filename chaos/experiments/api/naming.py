"""Services that a body names."""

from __future__ import annotations

from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.catalog.selectors.services import list_services
from reliability.web.errors import Invalid


def service_named(*, caller: Caller, name: str | None) -> Service | None:
    """None for none. Raises Invalid, since the body names it and not the address."""
    if name is None:
        return None
    found = list_services(caller=caller).filter(name=name).first()
    if found is None:
        message = f"there is no service {name!r}, or it is not yours to see"
        raise Invalid(details=[{"field": "service", "message": message}])
    return found


def service_id(*, caller: Caller, name: str | None) -> int | None:
    found = service_named(caller=caller, name=name)
    return found.pk if found else None
