"""The API's description holds every body under the name of its class: two of one name would describe each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ninja import Schema

from reliability.api import api


def test_every_described_schema_has_a_name_of_its_own() -> None:
    described = api.get_openapi_schema()["components"]["schemas"]
    names = Counter(one.__name__ for one in set(_below(Schema)) if one.__module__.split(".")[0] != "ninja")
    twice = sorted(name for name, count in names.items() if count > 1 and name in described)
    assert twice == []


def _below(base: type[Schema]) -> Iterator[type[Schema]]:
    for one in base.__subclasses__():
        yield one
        yield from _below(one)
