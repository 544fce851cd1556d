"""Every address of the product, and the objects that stand in them.

A new room adds the start of its addresses and the arguments below it to `arguments_below`; a page that people see
before signing in is added to PUBLIC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from incidents.response.models import ImpactedService, ImpactedSlo, TimelineEntry
from reliability.access.domain.caller import Role
from slo.models import Adjustment, Agreement, AgreementVersion, Backfill, BurnAlert, Exclusion, SliVersion
from tests.access.hidden_actions import hidden_actions
from tests.access.hidden_backlog import hidden_backlog
from tests.access.hidden_blackouts import hidden_blackouts
from tests.access.hidden_composites import hidden_composites, shared_composites
from tests.access.hidden_delivery import hidden_delivery
from tests.access.hidden_experiments import hidden_experiments
from tests.access.hidden_gamedays import hidden_gamedays
from tests.access.hidden_gate import hidden_gate
from tests.access.hidden_intake import hidden_intake
from tests.access.hidden_measures import hidden_measures
from tests.access.hidden_oncall import hidden_oncall
from tests.access.hidden_paging import hidden_paging, shared_paging
from tests.access.hidden_postmortems import hidden_postmortems
from tests.access.hidden_readiness import hidden_readiness
from tests.access.hidden_reports import hidden_reports
from tests.access.hidden_runs import hidden_runs
from tests.access.hidden_schedules import hidden_schedules
from tests.access.hidden_stakeholders import hidden_duties, hidden_stakeholders
from tests.access.hidden_status_page import hidden_status_page
from tests.access.hidden_subscribers import hidden_subscribers
from tests.access.hidden_suspects import hidden_suspects
from tests.cast import (
    BEGINNING,
    AlertFactory,
    ApiTokenFactory,
    Cast,
    ChannelFactory,
    ContactMethodFactory,
    DependencyFactory,
    IncidentFactory,
    ServiceFactory,
    SliFactory,
    SloFactory,
    SourceFactory,
)

# What nobody of another team may ever read: it is in the name of every object that `hide` makes.
MARK = "hidden-treasure"

# Of a burn alert, besides its objective, condition, title and time.
BURNT = {"severity": 2, "urgency": "urgent", "fire_reason": MARK, "text": MARK}

# Before signing in: the first pages, what monitors ask, and what the shell needs.
PUBLIC = frozenset(
    {
        "sign-in/",
        "sign-out/",
        "setup/",
        "link/<str:secret>/",
        "a/<str:token>/",  # the signature is the right: tests/response/pages/test_phone.py
        "a/list/<str:token>/",  # likewise: tests/response/pages/test_phone_list.py
        "chaos/game-days/answers/<str:token>/",  # likewise: tests/chaos/gamedays/
        "chaos/game-days/answers/<str:token>/calendar.ics",
        "stakeholders/read/<str:token>/",  # likewise: tests/stakeholders/test_reading.py
        "stakeholders/stop/<str:token>/",
        "reports/leave/<str:token>/",  # likewise: tests/reports/test_leaving.py
        "chaos/notices/<str:token>/",  # the signature is the right: tests/chaos/runs/judging/test_notices.py
        "inbound/pagerduty/<slug:name>/",  # the signature of the body is what opens them
        "inbound/slack/<slug:name>/",
        "theme/",
        "styleguide/",
        "styleguide/live/",
        "favicon.ico",
        "chaos/calendar/feeds/<str:secret>.ics",  # the address is the secret: tests/chaos/schedules/test_addresses.py
        "oncall/feeds/<str:secret>.ics",  # the address is the secret: tests/oncall/test_feeds.py
        # Forms of a public page; what stands in the link is the right: tests/status_page/subscribers/
        "status/<slug:slug>/subscribe",
        "status/<slug:slug>/subscriptions/<str:token>/",
        "status/<slug:slug>/subscriptions/<str:token>/confirm",
        "status/<slug:slug>/subscriptions/<str:token>/leave",
        "healthz",
        "readyz",
        "metrics",
        "api/docs",
        "api/docs/<str:operation_id>",
        "api/openapi.json",
        # Machines with a key of their own.
        "intake/alertmanager",
        "intake/<str:key>/alertmanager",
        "intake/generic",
        "intake/<str:key>/generic",
        "delivery/in/<slug:name>",
        "v2/enqueue",
        "v2/change/enqueue",
        "generic/2010-04-15/create_event.json",
        "ping/<str:secret>",
        "ping/<str:secret>/start",
        "ping/<str:secret>/fail",
        "ping/<str:secret>/<int:exit_code>",
    }
)

# Whoever may read may say that they have, or want no mail: of the draft that `hide` makes it is answered that nobody
# publishes it yet, of the subscription that it goes to no member.
SAID_BY_READERS = frozenset(
    {
        "postmortems/<int:number>/read/",
        "api/v1/postmortems/<int:number>/read",
        "reports/subscriptions/<int:pk>/mine/",
    }
)

# What an address needs behind its question mark before it looks anything up.
QUERIES = {"api/v1/slos/<name>/burn": "?window=1h"}

_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


def routes() -> list[str]:
    """Every address as Django writes it: slos/<slug:name>/edit/."""
    return sorted(set(_walk(get_resolver(), "")))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route)
        elif isinstance(pattern, URLPattern) and not route.endswith("api/"):  # the catch-all of the API
            yield route


def arguments_of(route: str) -> list[str]:
    return _ARGUMENT.findall(route)


def hide(cast: Cast) -> Mapping[str, Mapping[str, Any]]:
    """Objects of the private team Payments; the arguments of addresses that start with the key."""
    service = ServiceFactory(team=cast.payments, name=f"{MARK}-service")
    needs = ServiceFactory(team=cast.payments, name=f"{MARK}-needs")
    DependencyFactory(service=service, needs=needs)
    source = SourceFactory(team=cast.payments, name=f"{MARK}-source")
    sli = SliFactory(team=cast.payments, source=source, service=service, name=f"{MARK}-sli")
    slo = SloFactory(team=cast.payments, sli=sli, service=service, name=f"{MARK}-slo")
    period = {"start_at": BEGINNING, "end_at": BEGINNING + timedelta(hours=1)}
    written = {"reason": MARK, "author_name": "Editor"}
    exclusion = Exclusion.objects.create(team=cast.payments, slo=slo, **period, **written)
    adjustment = Adjustment.objects.create(slo=slo, at=BEGINNING, consumed_delta=0.1, **written)
    agreement = Agreement.objects.create(
        team=cast.payments, name=f"{MARK}-sla", title=MARK, customer=MARK, created_at=BEGINNING, updated_at=BEGINNING
    )
    agreed = {
        "starts_on": BEGINNING.date(),
        "target": "0.9",
        "period": "month",
        "zone": "UTC",
        "counting": "everything",
    }
    AgreementVersion.objects.create(agreement=agreement, slo=slo, author_name=MARK, created_at=BEGINNING, **agreed)
    BurnAlert.objects.create(slo=slo, fired_at=BEGINNING, condition="page-1h", title=MARK, **BURNT)
    backfill = Backfill.objects.create(sli=sli, **period, cursor_at=period["end_at"], author_name="Editor")
    token = ApiTokenFactory(team=cast.payments, name=f"{MARK}-token", role=Role.VIEWER)
    person = {"person_id": cast.editor.pk}
    channel = ChannelFactory(team=cast.payments, name=f"{MARK}-channel", config={"url": f"https://{MARK}.example.org/"})
    contact = ContactMethodFactory(user=cast.editor, title=f"{MARK} phone")
    incident = IncidentFactory(team=cast.payments, title=f"{MARK} fails", summary=MARK)
    alert = AlertFactory(team=cast.payments, incident=incident, title=f"{MARK} fires", service=service)
    entry = TimelineEntry.objects.create(
        incident=incident, at=BEGINNING, recorded_at=BEGINNING, kind="comment", author_name="Editor", text=MARK
    )
    of_incident = {"number": incident.pk, "entry_id": entry.pk, "pk": entry.pk}
    below: dict[str, dict[str, Any]] = {
        "incidents/": {
            **of_incident,
            "milestone": "mitigated",
            "role": "scribe",
            "service": service.name,
            "slo": slo.name,
        },
        "alerts/": {"pk": alert.pk, "alert_id": alert.pk},
        "services/": {"name": service.name, "needs": needs.name},
        "sources/": {"name": source.name},
        "channels/": {"name": channel.name},
        "settings/contacts/": {"contact_id": contact.pk, "token": "forged"},
        "slis/": {"name": sli.name, "pk": backfill.pk, "backfill_id": backfill.pk, "action": "pause"},
        "agreements/": {"name": agreement.name},
        "slos/": {"name": slo.name, "exclusion_id": exclusion.pk, "adjustment_id": adjustment.pk},
        "slos/<slug:name>/exclusions/": {"name": slo.name, "pk": exclusion.pk},
        "slos/<slug:name>/adjustments/": {"name": slo.name, "pk": adjustment.pk},
        "teams/": {"slug": cast.payments.slug, **person},
        "settings/people/": person,
        "settings/tokens/": {"token_id": token.pk},
        "tokens/": {"token_id": token.pk},
        **hidden_actions(cast),
        **hidden_backlog(cast),
        **hidden_blackouts(cast),
        **hidden_composites(cast, slo),
        **hidden_delivery(cast, service),
        **hidden_experiments(cast),
        **hidden_gamedays(cast),
        **hidden_gate(cast, service),
        **hidden_intake(cast),
        **hidden_measures(cast, service),
        **hidden_oncall(cast),
        **hidden_paging(cast),
        **hidden_postmortems(cast),
        **hidden_readiness(cast, service),
        **hidden_reports(cast),
        **hidden_runs(cast),
        **hidden_schedules(cast),
        **hidden_stakeholders(cast, incident),
        **hidden_duties(cast),
        **hidden_status_page(cast),
        **hidden_subscribers(cast),
        **hidden_suspects(cast, slo),
    }
    return below | {f"api/v1/{prefix}": arguments for prefix, arguments in below.items()}


def share(cast: Cast) -> Mapping[str, Mapping[str, Any]]:
    """Objects of the open team Commons that stand on what Payments hides; the arguments of addresses, as in `hide`."""
    service = ServiceFactory(team=cast.payments, name=f"{MARK}-service", runbook_url=f"https://{MARK}.example.org/")
    source = SourceFactory(team=cast.payments, name=f"{MARK}-source", title=f"{MARK} at 10.0.0.7", kind="prometheus")
    broken = {"last_error": f"no route to {MARK} (10.0.0.7)", "last_error_at": BEGINNING}
    hidden = SliFactory(
        team=cast.payments,
        source=source,
        service=service,
        name=f"{MARK}-sli",
        title=f"{MARK} succeeds",
        spec={"kind": "ratio", "good": f"good_{MARK}", "valid": f"valid_{MARK}"},
        **broken,
    )
    slo = SloFactory(team=cast.commons, sli=hidden, service=service, name="mixed")
    queries = {"kind": "ratio", "good": "good_total", "valid": "valid_total"}
    shown = SliFactory(team=cast.commons, source=source, service=service, name="mixed-sli", spec=queries, **broken)
    SliVersion.objects.create(sli=shown, source=source, spec=queries, effective_from=BEGINNING, author_name="Editor")
    SloFactory(team=cast.payments, sli=shown, name=f"{MARK}-slo")
    SloFactory(team=cast.commons, sli=shown, service=service, name="mixed-too")
    period = {"start_at": BEGINNING, "end_at": BEGINNING + timedelta(hours=1)}
    exclusion = Exclusion.objects.create(
        team=cast.payments, service=service, **period, reason=MARK, author_name=f"{MARK} Editor"
    )
    adjustment = Adjustment.objects.create(
        slo=slo, at=BEGINNING, consumed_delta=0.1, reason="by hand", author_name="Guest"
    )
    backfill = Backfill.objects.create(
        sli=shown, **period, cursor_at=period["end_at"], author_name="Guest", last_error=f"no route to {MARK}"
    )
    incident = IncidentFactory(team=cast.commons, title="Mixed")
    ImpactedService.objects.create(incident=incident, service=service)
    ImpactedSlo.objects.create(incident=incident, slo=SloFactory(team=cast.payments, sli=hidden, name=f"{MARK}-own"))
    alert = AlertFactory(team=cast.commons, incident=incident, service=service)
    entry = TimelineEntry.objects.create(
        incident=incident, at=BEGINNING, recorded_at=BEGINNING, kind="comment", author_name="Guest", text="seen"
    )
    of_incident = {"number": incident.pk, "entry_id": entry.pk, "pk": entry.pk}
    below: dict[str, dict[str, Any]] = {
        "incidents/": {
            **of_incident,
            "milestone": "mitigated",
            "role": "scribe",
            "service": service.name,
            "slo": slo.name,
        },
        "alerts/": {"pk": alert.pk, "alert_id": alert.pk},
        "slis/": {"name": shown.name, "pk": backfill.pk, "backfill_id": backfill.pk, "action": "pause"},
        "slos/": {"name": slo.name, "exclusion_id": exclusion.pk, "adjustment_id": adjustment.pk},
        "slos/<slug:name>/exclusions/": {"name": slo.name, "pk": exclusion.pk},
        "slos/<slug:name>/adjustments/": {"name": slo.name, "pk": adjustment.pk},
        **shared_composites(cast, slo),
        **shared_paging(cast),
    }
    return below | {f"api/v1/{prefix}": arguments for prefix, arguments in below.items()}


def path_of(route: str, below: Mapping[str, Mapping[str, Any]]) -> str:
    """The address with the hidden objects in it. Raises LookupError that says what to add."""
    known = [prefix for prefix in below if route.startswith(prefix)]
    arguments = below[max(known, key=len)] if known else {}
    missing = [name for name in arguments_of(route) if name not in arguments]
    if missing:
        raise LookupError(
            f"{route} has arguments this test does not know: {', '.join(missing)}. In tests/access/addresses.py, let "
            "hide() make such an object of the team Payments and add it under the start of the address; or add the "
            "route to PUBLIC when everybody may open it without signing in"
        )
    return "/" + _ARGUMENT.sub(lambda match: str(arguments[match[1]]), route) + QUERIES.get(route, "")
