"""Toxics as the API names them: types, attributes with their bounds, and the JSON of one.

Types and units are Toxiproxy's (https://github.com/Shopify/toxiproxy#toxics). Ours are `down`, `http_fault` and
`dns_fault`, and the field `ttl_ms`: the proxy removes the toxic by itself when that is over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chaos.injectors.protocol import Argument, InjectorError
from chaos.injectors.proxy.bounds import TTL_SECONDS_MAX
from chaos.injectors.proxy.errors import ApiError, bad_body, missing_field
from chaos.injectors.schema import checked_value

STREAMS = ("upstream", "downstream")
NAME = re.compile(r"[A-Za-z0-9._:@-]{1,128}")
_HOUR_MS = 3_600_000


def _whole(name: str, *, most: float, least: float = 0) -> Argument:
    return Argument(name, "integer", "", default=0, least=least, most=most)


@dataclass(frozen=True, slots=True)
class ToxicType:
    """attributes: as the API has them. protocols: of proxies it works on."""

    attributes: Sequence[Argument] = ()
    protocols: frozenset[str] = frozenset({"tcp", "http"})


_HTTP = frozenset({"http"})
_DNS = frozenset({"dns"})

TYPES: Mapping[str, ToxicType] = {
    "noop": ToxicType(protocols=frozenset({"tcp", "http", "dns"})),
    "down": ToxicType(protocols=frozenset({"tcp", "http", "dns"})),
    "latency": ToxicType((_whole("latency", most=_HOUR_MS), _whole("jitter", most=_HOUR_MS))),
    "bandwidth": ToxicType((_whole("rate", most=100_000_000),)),
    "slow_close": ToxicType((_whole("delay", most=_HOUR_MS),)),
    "timeout": ToxicType((_whole("timeout", most=_HOUR_MS),)),
    "reset_peer": ToxicType((_whole("timeout", most=_HOUR_MS),)),
    "limit_data": ToxicType((_whole("bytes", most=1 << 50),)),
    "slicer": ToxicType(
        (
            _whole("average_size", most=1 << 30),
            _whole("size_variation", most=1 << 30),
            _whole("delay", most=_HOUR_MS * 1_000),
        )
    ),
    "http_fault": ToxicType(
        (
            Argument("effect", "choice", "", default="status", choices=("status", "delay", "corrupt")),
            Argument("method", "text", "", default="", most=20),
            Argument("path", "text", "", default="", most=300),
            Argument("status", "integer", "", default=503, least=400, most=599),
            Argument("retry_after", "integer", "", default=0, least=0, most=86_400),
            _whole("delay", most=_HOUR_MS),
            Argument("body", "text", "", default="", most=1_000),
        ),
        _HTTP,
    ),
    "dns_fault": ToxicType(
        (
            Argument(
                "effect",
                "choice",
                "",
                default="nxdomain",
                choices=("nxdomain", "servfail", "refused", "address", "timeout", "delay"),
            ),
            Argument("domain", "text", "", default="", most=253),
            Argument("address", "text", "", default="", most=45),
            _whole("record_ttl", most=86_400),
            _whole("delay", most=60_000),
        ),
        _DNS,
    ),
}


@dataclass(slots=True, eq=False)
class Toxic:
    """One fault of a proxy. expires_at: in the event loop's time, which no clock change moves."""

    name: str
    type: str
    stream: str
    toxicity: float
    attributes: dict[str, Any] = field(default_factory=dict)
    expires_at: float | None = None

    def as_values(self, *, now: float) -> dict[str, Any]:
        values = {
            "name": self.name,
            "type": self.type,
            "stream": self.stream,
            "toxicity": self.toxicity,
            "attributes": dict(self.attributes),
        }
        if self.expires_at is not None:
            values["ttl_ms"] = max(0, round((self.expires_at - now) * 1_000))
        return values


def parse_toxic(values: Mapping[str, Any], *, protocol: str, now: float) -> Toxic:
    """Raises ApiError."""
    kind = values.get("type")
    if not isinstance(kind, str) or not kind:
        raise missing_field("type")
    if kind not in TYPES:
        raise ApiError(f"invalid toxic type: {kind!r:.80} is none of {', '.join(TYPES)}")
    if protocol not in TYPES[kind].protocols:
        needed = " or ".join(sorted(TYPES[kind].protocols))
        raise ApiError(f"invalid toxic type: {kind} needs a proxy with protocol {needed}, this one has {protocol}")
    stream = str(values.get("stream") or "downstream").lower()
    if stream not in STREAMS:
        raise ApiError("stream was invalid, can be either upstream or downstream")
    name = values.get("name") or f"{kind}_{stream}"
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise bad_body("a name has 1 to 128 letters, digits and . _ : @ -")
    return Toxic(
        name=name,
        type=kind,
        stream=stream,
        toxicity=parse_toxicity(values.get("toxicity")),
        attributes=parse_attributes(kind, values.get("attributes"), before={}),
        expires_at=parse_expiry(values, now=now),
    )


def parse_toxicity(value: object) -> float:
    try:
        share = checked_value(Argument("toxicity", "number", "", least=0, most=1), 1 if value is None else value)
    except InjectorError as error:
        raise bad_body(str(error)) from error
    return float(share)


def parse_attributes(kind: str, given: object, *, before: Mapping[str, Any]) -> dict[str, Any]:
    """Those given over those *before* over the defaults."""
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise bad_body("attributes must be an object")
    known = {argument.name: argument for argument in TYPES[kind].attributes}
    for name in given:
        if name not in known:
            raise bad_body(f"{kind} has no attribute {name!r:.80}: it has {', '.join(known) or 'none'}")
    values = {}
    for name, argument in known.items():
        value = given.get(name, before.get(name, argument.default))
        try:
            values[name] = value if value == "" else checked_value(argument, value)
        except InjectorError as error:
            raise bad_body(str(error)) from error
    return values


def parse_expiry(values: Mapping[str, Any], *, now: float) -> float | None:
    ttl = values.get("ttl_ms")
    if ttl is None:
        return None
    try:
        bound = Argument("ttl_ms", "number", "", least=1, most=TTL_SECONDS_MAX * 1_000)
        return now + float(checked_value(bound, ttl)) / 1_000
    except InjectorError as error:
        raise bad_body(str(error)) from error
