"""An objective over real history before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from reliability.access.domain.caller import Caller, Role
from reliability.access.requests import AccessRequest
from reliability.access.services.authorize import require
from reliability.kit.durations import humanize_duration
from reliability.web.charts import Chart
from reliability.web.errors import ProblemError
from reliability.web.words import number_text
from slo.charts.burn_down import burn_down_chart
from slo.domain.breaches import breaches_in
from slo.domain.strictness import SliceCount
from slo.forms.setup import SetupForms
from slo.selectors.phrases import objective_text
from slo.selectors.preview import PreviewView, preview
from slo.selectors.slos import get_slo
from slo.services.editing import require_editor_somewhere
from slo.views.choices import choices_of


@dataclass(frozen=True, slots=True)
class PreviewPart:
    """The figures and their chart, or the sentences that say what is missing for them. is_target_assumed: nobody wrote
    from when a slice is good, and the objective stood in.
    """

    figures: PreviewView | None
    chart: Chart | None
    problems: list[str]
    is_target_assumed: bool = False

    @property
    def verdict(self) -> str:
        """How the objective would have fared, as one sentence."""
        points = self.figures.burndown if self.figures else []
        known = [point for point in points if point.remaining is not None]
        if not known:
            return ""
        length = humanize_duration(known[-1].at - known[0].at)
        count = breaches_in(point.remaining for point in known)
        if not count:
            return f"Over {length} of history this objective would have been kept throughout."
        times = "once" if count == 1 else f"{count} times"
        return f"Over {length} of history this objective would have been broken {times}."

    @property
    def slices(self) -> str:
        """How many slices would have been bad, and whether the slice target is to blame."""
        count = self.figures.slices if self.figures else None
        if count is None:
            return ""
        target = objective_text(count.target)
        return " ".join(
            (
                *(
                    [f"Looked at with slices that are good from {target}, the objective itself."]
                    * self.is_target_assumed
                ),
                f"{number_text(count.bad)} of {number_text(count.measured)} measured slices would have been bad, where"
                f" {number_text(count.allowed)} of the window may be.",
                *([_too_strict(count, target)] if count.is_too_strict else []),
            )
        )

    @property
    def left(self) -> timedelta | None:
        """How much bad time is left, for methods that count time."""
        minutes = self.figures.remaining_minutes if self.figures else None
        return None if minutes is None else timedelta(minutes=minutes)


def _too_strict(count: SliceCount, target: str) -> str:
    words = (
        f"They lie all over that time, not in outages: {target} is probably too strict a slice target for what this"
        " service usually delivers."
    )
    if count.kept_from is None:
        return words
    return f"{words} Slices that are good from {objective_text(count.kept_from)} would have kept the objective."


@require_POST
def slo_preview(request: AccessRequest) -> HttpResponse:
    """The preview part of the form, for htmx; `?slo=` names the objective that is edited."""
    require_editor_somewhere(caller=request.caller)
    slo = get_slo(caller=request.caller, name=request.GET["slo"]) if request.GET.get("slo") else None
    if slo:
        require(caller=request.caller, team_id=slo.team_id, role=Role.EDITOR)
    forms = SetupForms.of(choices=choices_of(caller=request.caller, slo=slo), data=request.POST, is_new=True)
    preview = preview_of(forms, caller=request.caller, now=timezone.now())
    return render(request, "slo/_preview.html", {"preview": preview})


def preview_of(forms: SetupForms, *, caller: Caller, now: datetime) -> PreviewPart:
    """Ask the selector for the figures of what is typed; only indicator and objective need to be complete."""
    parts = (forms.indicator, forms.objective)
    is_assumed = forms.objective.lacks_only_slice_target()
    problems = [_sentence(part, field) for part in parts for field in part.errors]
    if forms.indicator.errors or (forms.objective.errors and not is_assumed):
        return PreviewPart(None, None, problems)
    sli, objective = forms.indicator.existing_sli(), forms.objective.cleaned_data["objective"]
    try:
        figures = preview(
            caller=caller,
            objective=objective,
            window=forms.objective.window(),
            now=now,
            sli=sli,
            source=None if sli else forms.indicator.cleaned_data["source"],
            spec=None if sli else forms.indicator.spec(),
            **forms.objective.budgeting() | ({"slice_target": objective} if is_assumed else {}),
        )
    except ProblemError as problem:
        return PreviewPart(None, None, [d["message"] for d in problem.details if d.get("message")] or [problem.message])
    note = "How the window that ends now spends its budget, which is whole at its start."
    chart = burn_down_chart(figures.burndown, id="preview-burn-down", note=note) if figures.burndown else None
    return PreviewPart(figures, chart, [*problems, *filter(None, [figures.problem])], is_assumed)


def _sentence(part: object, field: str) -> str:
    errors = part.errors[field]  # type: ignore[attr-defined]  # a bound form
    label = part.fields[field].label if field in part.fields else ""  # type: ignore[attr-defined]  # a bound form
    return f"{label}: {errors[0]}" if label else str(errors[0])
