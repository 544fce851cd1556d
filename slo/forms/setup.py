"""The forms of one page that make an objective: identity, indicator, objective and, for an edit, the change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from reliability.catalog.models import Service
from reliability.web.errors import ProblemError
from slo.forms.change import ChangeForm
from slo.forms.identity import IdentityForm
from slo.forms.indicator import IndicatorForm
from slo.forms.window import ObjectiveForm
from slo.models import Sli
from slo.services.setups import SLI_PREFIX
from slo.services.slis import SliDraft
from slo.services.slos import SloDraft

_WINDOW_FIELDS = {"count": "count", "unit": "unit", "start": "start", "time_zone": "time_zone", "rolling": "rolling"}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a caller may choose from: querysets of teams, services, indicators and sources.

    stored_service and stored_sli: what the objective has now, which is offered in any case.
    """

    teams: Any
    services: Any
    slis: Any
    sources: Any
    stored_service: Service | None = None
    stored_sli: Sli | None = None


@dataclass(frozen=True, slots=True)
class SetupForms:
    """The parts of the page. `change` is None when the objective is new."""

    identity: IdentityForm
    indicator: IndicatorForm
    objective: ObjectiveForm
    change: ChangeForm | None = None

    @classmethod
    def of(
        cls, *, choices: Choices, data: QueryDict | None = None, initial: dict[str, Any] | None = None, is_new: bool
    ) -> SetupForms:
        """Bound to *data*, or showing *initial*."""
        return cls(
            IdentityForm(
                data,
                initial=initial,
                teams=choices.teams,
                services=choices.services,
                is_new=is_new,
                stored=choices.stored_service,
            ),
            IndicatorForm(data, initial=initial, slis=choices.slis, sources=choices.sources, stored=choices.stored_sli),
            ObjectiveForm(data, initial=initial),
            None if is_new else ChangeForm(data, initial=initial),
        )

    def parts(self) -> list[forms.Form]:
        return [part for part in (self.identity, self.indicator, self.objective, self.change) if part is not None]

    def is_valid(self) -> bool:
        return all(part.is_valid() for part in self.parts())

    def draft(self, *, base: SloDraft | None = None) -> SloDraft:
        """What the person asks for. Labels and alert policies stay those of *base*. Only on valid forms."""
        identity, objective = self.identity.cleaned_data, self.objective.cleaned_data
        sli = self.indicator.existing_sli()
        return SloDraft(
            name=identity["name"],
            title=identity["title"],
            team_id=identity["team"].pk,
            sli_id=sli.pk if sli else 0,
            objective=objective["objective"],
            window=self.objective.window(),
            service_id=identity["service"].pk if identity["service"] else None,
            description=identity["description"],
            labels=base.labels if base else {},
            alert_policies=base.alert_policies if base else [],
            **self.objective.budgeting(),
        )

    def sli_draft(self) -> SliDraft | None:
        """The new indicator, or None when an existing one is used. Only on valid forms."""
        identity, indicator = self.identity.cleaned_data, self.indicator.cleaned_data
        if self.indicator.existing_sli():
            return None
        return SliDraft(
            name=indicator["sli_name"] or identity["name"],
            team_id=identity["team"].pk,
            source_id=indicator["source"].pk,
            spec=self.indicator.spec(),
            title=identity["title"],
            service_id=identity["service"].pk if identity["service"] else None,
        )

    def take(self, problem: ProblemError) -> None:
        """Show a refusal at the fields it speaks of; what has no field stands above the form."""
        for detail in problem.details or [{"message": problem.message}]:
            form, field = self._place(str(detail.get("field") or detail.get("path") or ""))
            form.add_error(field, str(detail.get("message") or problem.message))

    def _place(self, path: str) -> tuple[forms.Form, str | None]:
        if path.startswith(SLI_PREFIX):
            return self.indicator, self._sli_field(path.removeprefix(SLI_PREFIX))
        if path.split(".")[0] == "spec":
            return self.indicator, self.indicator.field_of(path)
        if path.split(".")[0] == "window":
            own = _WINDOW_FIELDS.get(path.rsplit(".", 1)[-1])
            return self.objective, own or (
                "start" if self.objective.data.get("window_kind") == "calendar" else "rolling"
            )
        for form in self.parts():
            if path in form.fields:
                return form, path
        return self.identity, None

    def _sli_field(self, field: str) -> str | None:
        if field.split(".")[0] == "spec":
            return self.indicator.field_of(field)
        return {"name": "sli_name", "source": "source", "source_id": "source"}.get(field, "indicator")

    @property
    def refusals(self) -> list[str]:
        """Sentences that belong to no single field."""
        return [str(error) for part in self.parts() for error in part.non_field_errors()]

    @property
    def error_count(self) -> int:
        """How many fields (or the form as a whole) have an error; 0 for forms that were not sent."""
        return sum(len(part.errors) for part in self.parts())
