"""Whose deployment it is: what an integration is told to call its services and its production."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from reliability.catalog.models import Service
from reliability.delivery.domain.environments import environment_name
from reliability.delivery.domain.told import Told, ToldDeployment, UnreadableError
from reliability.delivery.models import DeliveryIntegration
from reliability.delivery.services.batches import chunks
from reliability.delivery.services.taking import Placed, PlacedSwitch

UNKNOWN_SERVICE = "unknown_service"


class Placer:
    """Looks the services of many payloads up at once. Only services of the integration's team are found."""

    def __init__(self, *, integration: DeliveryIntegration, told: Sequence[Told]) -> None:
        config: dict[str, Any] = integration.config
        self._mapping = {str(key).lower(): str(name) for key, name in (config.get("services") or {}).items()}
        self._production = frozenset(environment_name(str(name)) for name in config.get("production") or ())
        # Not one that has moved to another team since: its deployments are none of ours any more.
        service = integration.service
        is_ours = service is not None and service.team_id == integration.team_id
        self._default = integration.service_id if is_ours else None
        self._default_name = service.name if service else ""
        names = {*self._mapping.values(), *_hints(told)}
        self._ids = {
            name: pk
            for some in chunks(sorted(names))
            for name, pk in Service.objects.filter(team_id=integration.team_id, name__in=some)
            .order_by()
            .values_list("name", "pk")
        }

    def placed(self, told: ToldDeployment) -> Placed:
        """Raises UnreadableError naming what to set up."""
        found = self._service(told.hints)
        if found is None:
            raise UnreadableError(
                UNKNOWN_SERVICE,
                f"no service of the team for {' or '.join(told.hints)}: name one in the settings of the integration, "
                "then read this again",
            )
        is_production = told.is_production
        if self._production:
            is_production = environment_name(told.environment) in self._production
        return Placed(told=told, service_id=found[1], service_name=found[0], is_production=is_production)

    def switches(self, told: Told) -> list[PlacedSwitch]:
        """Those of no service that is known are kept without one."""
        return [PlacedSwitch(one, found[1] if (found := self._service(one.hints)) else None) for one in told.switches]

    def _service(self, hints: Iterable[str]) -> tuple[str, int] | None:
        """What the settings say of any hint goes first, then the service of the integration, then one of that name."""
        words = [hint.lower() for hint in hints]
        for word in words:
            name = self._mapping.get(word, "")
            if name in self._ids:
                return name, self._ids[name]
        if self._default is not None:
            return self._default_name, self._default
        return next(((word, self._ids[word]) for word in words if word in self._ids), None)


def _hints(told: Sequence[Told]) -> set[str]:
    found = {hint.lower() for one in told for deployment in one.deployments for hint in deployment.hints}
    return found | {hint.lower() for one in told for switch in one.switches for hint in switch.hints}
