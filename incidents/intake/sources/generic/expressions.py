"""JMESPath over what strangers send: expressions of editors, bounded in what they can cost.

Source of the language: https://jmespath.org/specification.html. `body()` is ours: the whole body, from within an alert.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jmespath
from jmespath import exceptions, functions
from jmespath.parser import ParsedResult

LENGTH_MAX = 500
_NODES_MAX = 120
_GROWING_MAX = 4  # pieces of an expression that can multiply what they are given
_GROWING = frozenset({"pipe", "flatten", "projection", "value_projection", "filter_projection"})


class ExpressionError(ValueError):
    """An expression that cannot be read, or fails on this body; the message says why."""


class _Functions(functions.Functions):  # type: ignore[misc]  # jmespath has no types
    def __init__(self, body: Any) -> None:
        super().__init__()
        self._body = body

    @functions.signature()  # type: ignore[untyped-decorator]  # jmespath has no types
    def _func_body(self) -> Any:
        return self._body

    @functions.signature({"types": ["string"]})  # type: ignore[untyped-decorator]  # jmespath has no types
    def _func_lower(self, text: str) -> str:
        return text.lower()


@lru_cache(maxsize=1024)
def compiled(text: str) -> ParsedResult:
    """The expression ready to use. Raises ExpressionError."""
    if len(text) > LENGTH_MAX:
        raise ExpressionError(f"an expression has at most {LENGTH_MAX} characters")
    try:
        expression = jmespath.compile(text)
    except exceptions.JMESPathError as error:
        raise ExpressionError(_first_line(error)) from error
    nodes = _nodes(expression.parsed)
    if len(nodes) > _NODES_MAX or sum(kind in _GROWING for kind in nodes) > 2 * _GROWING_MAX:
        raise ExpressionError("this expression does too much at once: take fewer steps")
    if nodes.count("flatten") + nodes.count("multi_select_list") > _GROWING_MAX:
        raise ExpressionError("this expression could grow without bound: use [] and lists [a, b] at most 4 times")
    return expression


def search(text: str, value: Any, *, body: Any) -> Any:
    """What the expression finds in *value*; None for nothing. Raises ExpressionError."""
    try:
        return compiled(text).search(value, options=jmespath.Options(custom_functions=_Functions(body)))
    except exceptions.JMESPathError as error:
        raise ExpressionError(_first_line(error)) from error
    except (TypeError, ValueError, AttributeError, KeyError, RecursionError) as error:
        raise ExpressionError(f"does not work on this body: {error}") from error


def _nodes(parsed: Any) -> list[str]:
    """The kinds of all nodes of the syntax tree."""
    found: list[str] = []
    pending = [parsed]
    while pending:
        node = pending.pop()
        if isinstance(node, dict) and "type" in node:
            found.append(str(node["type"]))
            pending.extend(node.get("children", ()))
    return found


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["is no JMESPath expression"])[0]
