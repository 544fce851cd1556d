"""Every fault in a proxy is a toxic named by the fault's key: added, removed and seen to be gone by that name.

Two that are of one name are one, so injecting twice is injecting once; removing what is not there is success. Where the
proxy is and what it is called is kept in the plan's undo: a target that is edited in between does not hide the fault.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from chaos.injectors.protocol import Action, Argument, Get, InjectorError, Json, Plan, Reach, Verification
from chaos.injectors.schema import check_arguments, check_fields
from chaos.injectors.toxiproxy.client import NoProxyError, ProxyApi
from chaos.injectors.toxiproxy.fields import TARGET_FIELDS, problems_of_target
from chaos.injectors.toxiproxy.looking import proxy_at, version_at, words_of

_KEY = re.compile(r"[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True)
class ToxicOf:
    """What a fault is at the proxy. attributes: as its API has them."""

    type: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    stream: str = "downstream"
    toxicity: float = 1.0


class ToxicInjector(ABC):
    """Each kind says which toxic an action is. has_deadline: the proxy takes toxics back when their time is over."""

    kind: ClassVar[str]
    title: ClassVar[str]
    target_fields: ClassVar[Sequence[Argument]] = TARGET_FIELDS
    actions: ClassVar[Mapping[str, Action]]
    is_local: ClassVar[bool] = False
    has_deadline: ClassVar[bool] = True

    @abstractmethod
    def toxic_of(self, action: str, arguments: Mapping[str, Any]) -> ToxicOf:
        """Pure. Raises InjectorError for arguments that do not go together."""

    def works_here(self) -> str:
        return ""

    def problems_of_target(self, config: Json) -> list[str]:
        return problems_of_target(config)

    def look_at_target(self, *, reach: Reach, get: Get) -> list[str]:
        config = check_fields(self.target_fields, reach.config)
        url, name = str(config["api_url"]).rstrip("/"), str(config["proxy"])
        headers = self.headers(reach)
        version = version_at(url, headers=headers, get=get)
        proxy = proxy_at(url, name, headers=headers, get=get)
        self.check_proxy(proxy, name=name, url=url)
        return [f"{url} is a Toxiproxy {version}", f"it has the proxy {name}", *words_of(proxy)]

    def plan(self, *, action: str, fault_key: str, reach: Reach, arguments: Json) -> Plan:
        if action not in self.actions:
            known = ", ".join(self.actions)
            raise InjectorError(f"{self.kind} has no action {action!r}: it has {known}", is_permanent=True)
        if not _KEY.fullmatch(fault_key):
            raise InjectorError(f"{fault_key[:80]!r} cannot name a toxic", is_permanent=True)
        problems = self.problems_of_target(reach.config)
        if problems:
            raise InjectorError(f"the target {reach.slug}: {problems[0]}", is_permanent=True)
        config = check_fields(self.target_fields, reach.config)
        checked = check_arguments(self.actions[action], arguments)
        self.toxic_of(action, checked)
        return Plan(
            kind=self.kind,
            action=action,
            fault_key=fault_key,
            arguments=checked,
            undo={"api_url": config["api_url"], "proxy": config["proxy"]},
            expires_after=timedelta(seconds=float(checked["duration"])) if self.has_deadline else None,
        )

    def inject(self, *, plan: Plan, reach: Reach) -> Json:
        api = self.api(plan, reach)
        self.check_proxy(api.proxy(), name=plan.undo["proxy"], url=plan.undo["api_url"])
        is_new = api.add_toxic(self._values(plan))
        return {"proxy": plan.undo["proxy"], "toxic": plan.fault_key, "is_new": is_new}

    def check_proxy(self, proxy: Mapping[str, Any], *, name: str, url: str) -> None:
        """Raises InjectorError for a proxy that this kind of fault cannot be put into."""
        if self.has_deadline and "protocol" not in proxy:
            raise InjectorError(
                f"{url} is a proxy that keeps no deadlines: use the injector toxiproxy for it",
                is_permanent=True,
            )

    def undo(self, *, plan: Plan, reach: Reach) -> None:
        self.api(plan, reach).remove_toxic(plan.fault_key)

    def verify(self, *, plan: Plan, reach: Reach) -> Verification:
        """Not gone while it cannot be seen."""
        name = plan.undo["proxy"]
        try:
            api = self.api(plan, reach)
            if api.toxic(plan.fault_key) is not None:
                return Verification(is_gone=False, how=f"proxy {name} has the toxic {plan.fault_key}")
            return self.seen_without(api, plan)
        except NoProxyError as error:
            return Verification(is_gone=True, how=str(error))
        except InjectorError as error:
            return Verification(is_gone=False, how=f"cannot be seen: {error}")

    def seen_without(self, api: ProxyApi, plan: Plan) -> Verification:
        """What else must be so besides the toxic being gone."""
        return Verification(is_gone=True, how=f"proxy {plan.undo['proxy']} has no toxic {plan.fault_key}")

    def api(self, plan: Plan, reach: Reach) -> ProxyApi:
        return ProxyApi(url=plan.undo["api_url"], proxy=plan.undo["proxy"], headers=self.headers(reach))

    def headers(self, reach: Reach) -> dict[str, str]:
        token = reach.secrets.get("token", "")
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _values(self, plan: Plan) -> dict[str, Any]:
        toxic = self.toxic_of(plan.action, plan.arguments)
        values = {
            "name": plan.fault_key,
            "type": toxic.type,
            "stream": toxic.stream,
            "toxicity": toxic.toxicity,
            "attributes": dict(toxic.attributes),
        }
        if plan.expires_after is not None:
            values["ttl_ms"] = round(plan.expires_after.total_seconds() * 1_000)
        return values
