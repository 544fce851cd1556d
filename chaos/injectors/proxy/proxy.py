"""What every proxy is: an address to listen on, an upstream, toxics that may end by themselves."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from chaos.injectors.proxy.bounds import TAKEN_BACK_MAX, TAKEN_BACK_SECONDS, TOXICS_MAX
from chaos.injectors.proxy.errors import ApiError
from chaos.injectors.proxy.toxics import Toxic, parse_attributes, parse_expiry, parse_toxic, parse_toxicity

_log = logging.getLogger(__name__)
_AGAIN_SECONDS = 1.0


class Proxy(ABC):
    """is_enabled: as it was set; a toxic `down` takes the proxy down beside that."""

    protocol: str

    def __init__(self, *, name: str, listen: str, upstream: str, is_enabled: bool) -> None:
        self.name = name
        self.listen = listen
        self.upstream = upstream
        self.is_enabled = is_enabled
        self.toxics: dict[str, Toxic] = {}
        self._timers: dict[Toxic, asyncio.TimerHandle] = {}
        self._taken_back: dict[str, float] = {}

    @property
    def is_up(self) -> bool:
        return self.is_enabled and not any(toxic.type == "down" for toxic in self.toxics.values())

    @abstractmethod
    async def open(self) -> None:
        """Take the addresses. Raises ApiError."""

    @abstractmethod
    def follow(self) -> None:
        """Do as `is_up` and the toxics say now."""

    @abstractmethod
    def release(self) -> None:
        """Give the addresses back and end all connections; toxics and their deadlines stay."""

    def close(self) -> None:
        """For good."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self.release()

    def as_values(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "listen": self.listen,
            "upstream": self.upstream,
            "enabled": self.is_up,
            "protocol": self.protocol,
            "toxics": self.toxics_values(),
        }

    def toxics_values(self) -> list[dict[str, Any]]:
        return [toxic.as_values(now=_now()) for toxic in self.toxics.values()]

    def toxic(self, name: str) -> Toxic:
        if name not in self.toxics:
            raise ApiError("toxic not found", status=404)
        return self.toxics[name]

    def add_toxic(self, values: Mapping[str, Any]) -> Toxic:
        toxic = parse_toxic(values, protocol=self.protocol, now=_now())
        self.check_attributes(toxic.type, toxic.attributes)
        if toxic.name in self.toxics:
            raise ApiError("toxic already exists", status=409)
        if self._taken_back.get(toxic.name, 0.0) > _now():
            raise ApiError(f"toxic {toxic.name} was taken back for good", status=410)
        if len(self.toxics) >= TOXICS_MAX:
            raise ApiError(f"a proxy has at most {TOXICS_MAX} toxics: remove one", status=409)
        self.toxics[toxic.name] = toxic
        self._keep_time(toxic)
        self.follow()
        return toxic

    def check_attributes(self, kind: str, attributes: Mapping[str, Any]) -> None:  # noqa: B027 — most know nothing
        """Raises ApiError for what only this kind of proxy can know."""

    def update_toxic(self, name: str, values: Mapping[str, Any]) -> Toxic:
        """Only what is given changes."""
        toxic = self.toxic(name)
        attributes = parse_attributes(toxic.type, values.get("attributes"), before=toxic.attributes)
        self.check_attributes(toxic.type, attributes)
        toxicity = parse_toxicity(values["toxicity"]) if values.get("toxicity") is not None else toxic.toxicity
        expires_at = parse_expiry(values, now=_now()) if "ttl_ms" in values else toxic.expires_at
        toxic.attributes, toxic.toxicity, toxic.expires_at = attributes, toxicity, expires_at
        self._keep_time(toxic)
        self.follow()
        return toxic

    def remove_toxic(self, name: str, *, is_final: bool = False) -> None:
        """is_final: the name may not come back, so that an injection still under way does not outlive its undo."""
        if is_final:
            self._taken_back.pop(name, None)
            self._taken_back[name] = _now() + TAKEN_BACK_SECONDS
            while len(self._taken_back) > TAKEN_BACK_MAX:
                del self._taken_back[next(iter(self._taken_back))]
        self._drop(self.toxic(name))
        self.follow()

    def remove_toxics(self) -> None:
        for toxic in list(self.toxics.values()):
            self._drop(toxic)
        self.follow()

    def enable(self, is_enabled: bool) -> None:
        self.is_enabled = is_enabled
        self.follow()

    def _drop(self, toxic: Toxic) -> None:
        del self.toxics[toxic.name]
        timer = self._timers.pop(toxic, None)
        if timer is not None:
            timer.cancel()

    def _keep_time(self, toxic: Toxic) -> None:
        """The deadline is the proxy's own: it holds when whoever added the toxic is dead."""
        timer = self._timers.pop(toxic, None)
        if timer is not None:
            timer.cancel()
        if toxic.expires_at is not None:
            self._timers[toxic] = asyncio.get_running_loop().call_at(toxic.expires_at, self._expire, toxic)

    def _expire(self, toxic: Toxic) -> None:
        _log.warning("proxy %s: the time of toxic %s is over, removed", self.name, toxic.name)
        self._drop(toxic)
        self._follow_at_last()

    def _follow_at_last(self) -> None:
        """Nobody hears of an address that somebody else took meanwhile, so it is tried until it is free."""
        try:
            self.follow()
        except ApiError as error:
            _log.error("proxy %s: %s, tried again", self.name, error)
            asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._follow_at_last)


def _now() -> float:
    return asyncio.get_running_loop().time()
