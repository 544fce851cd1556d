"""Parameters that an endpoint does not know are refused: `?stat=met` must not answer the whole list."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI

from reliability.web.errors import Invalid

_KNOWN = "_known_parameters"


def refuse_unknown_parameters(api: NinjaAPI) -> None:
    """For every endpoint of *api*; call it before routers are added. After authentication, so that 401 stays 401."""
    api.add_decorator(_noting_the_known, mode="view")  # ninja's word for what wraps Operation.run, checks included
    api.add_decorator(_refusing_the_unknown, mode="operation")  # and for what wraps the endpoint's own function


def _noting_the_known(run: Callable[..., Any]) -> Callable[..., Any]:
    # ninja hands over a method of its Operation, for some routers the one that was decorated already.
    models = inspect.unwrap(run).__self__.models
    query = [model for model in models if model.__ninja_param_source__ == "query"]
    known = frozenset(name for model in query for name in model.__ninja_flatten_map__)

    @wraps(run)
    def noted(request: HttpRequest, **path: Any) -> Any:
        setattr(request, _KNOWN, known)
        return run(request, **path)

    return noted


def _refusing_the_unknown(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def checked(request: HttpRequest, **values: Any) -> Any:
        known: frozenset[str] = getattr(request, _KNOWN, frozenset())
        details = [{"field": name, "message": _words(name, known), "in": "query"} for name in _unknown(request, known)]
        if details:
            raise Invalid(details=details)
        return view(request, **values)

    return checked


def _unknown(request: HttpRequest, known: frozenset[str]) -> list[str]:
    return sorted(set(request.GET) - known)[:20]


def _words(name: str, known: frozenset[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"is not a parameter here: did you mean {near[0]}?"
    return f"is not a parameter here, known are {', '.join(sorted(known)) or 'none'}: remove it"
