"""One number from a telemetry source of the team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chaos.injectors.protocol import Argument

FUNCTIONS: Mapping[str, Sequence[Argument]] = {
    "query": (
        Argument("source", "text", "the source's name", is_required=True),
        Argument("query", "text", "a PromQL expression with one result", is_required=True),
    ),
}
