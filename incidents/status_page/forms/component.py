"""The forms of components, groups, and the word of a person on a component."""

from __future__ import annotations

from django import forms

from incidents.status_page.domain import bounds
from incidents.status_page.domain.states import SAYABLE
from incidents.status_page.forms.clocks import OnPageClocks
from incidents.status_page.models import ComponentGroup, StatusPage
from incidents.status_page.services.components import ComponentDraft
from incidents.status_page.services.groups import GroupDraft
from reliability.access.domain.caller import Caller
from reliability.catalog.models import Service
from reliability.web.field_messages import CHOICE, chosen, needed
from reliability.web.fields import InstantField
from slo.models import Slo


class ComponentForm(forms.Form):
    name = forms.CharField(
        max_length=bounds.NAME_MAX,
        label="Name",
        help_text="What users call it, not what the service is called. Example: Paying",
        error_messages=needed("write what users call it, such as Paying"),
    )
    description = forms.CharField(
        required=False,
        label="In a few words",
        max_length=bounds.LINE_MAX,
        help_text="Public. Example: Cards, invoices and vouchers",
    )
    group = forms.ModelChoiceField(
        queryset=ComponentGroup.objects.none(),
        required=False,
        label="Group",
        empty_label="None",
        help_text="The heading it stands below.",
        error_messages=chosen("a group"),
    )
    slos = forms.ModelMultipleChoiceField(
        queryset=Slo.objects.none(),
        required=False,
        label="Objectives",
        help_text="They decide its state and draw its bars: take those that users feel. Without any, its state is set "
        "by hand. Hold Ctrl or Cmd to choose several.",
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    service = forms.ModelChoiceField(
        queryset=Service.objects.none(),
        required=False,
        label="Service",
        empty_label="None",
        help_text="Its open incidents of Sev1 to Sev3 count once a person has acknowledged them; maintenance silences "
        "its alerts.",
        error_messages=chosen("a service"),
    )
    show_uptime = forms.BooleanField(
        required=False,
        label="Show 90 days",
        help_text="From the minutes of its objectives. Days that nobody measured say so.",
    )
    started_on = forms.DateField(
        required=False,
        label="Shown from",
        help_text="Days before it are left out. Example: the day it went live",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "write a day such as 2026-11-21"},
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, caller: Caller, page: StatusPage, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        found = {
            "group": page.groups.order_by("position", "pk"),
            "slos": Slo.objects.readable_by(caller).order_by("title", "pk"),
            "service": Service.objects.readable_by(caller).order_by("title", "pk"),
        }
        for name, queryset in found.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]  # model choice fields

    def draft(self) -> ComponentDraft:
        """Of a valid form."""
        data = self.cleaned_data
        return ComponentDraft(
            name=data["name"],
            description=data["description"],
            group_id=data["group"].pk if data["group"] else None,
            service_id=data["service"].pk if data["service"] else None,
            slo_ids=tuple(one.pk for one in data["slos"]),
            show_uptime=data["show_uptime"],
            started_on=data["started_on"],
        )


class GroupForm(forms.Form):
    name = forms.CharField(
        max_length=bounds.NAME_MAX,
        label="Name",
        help_text="Example: Shop, or Europe",
        error_messages=needed("write one, such as Shop"),
    )
    description = forms.CharField(
        required=False,
        label="In a few words",
        max_length=bounds.LINE_MAX,
        help_text="Public. Example: Buying and paying",
    )

    def draft(self) -> GroupDraft:
        """Of a valid form."""
        return GroupDraft(**self.cleaned_data)


class OverrideForm(OnPageClocks):
    state = forms.ChoiceField(
        label="What the public sees",
        choices=[(one.value, one.words) for one in SAYABLE],
        widget=forms.RadioSelect,
        error_messages=CHOICE,
    )
    reason = forms.CharField(
        label="Why",
        max_length=bounds.REASON_MAX,
        help_text="Your team reads it, the public does not. Example: the probe is broken, customers pay as usual",
        error_messages=needed("say why: your team reads it"),
    )
    until = InstantField(
        required=False,
        label="Until",
        help_text="Left open it holds until somebody ends it. What is measured counts again afterwards.",
    )
