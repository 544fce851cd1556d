"""What the demo's shop fears, and the recovery trial that it repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True, slots=True)
class Fear:
    """A vulnerability. Estimates have the units of the backlog. origin: as the backlog names it."""

    slug: str
    service: str
    layer: str
    title: str
    hypothesis: str
    times_a_year: float
    users_percent: float
    outage_minutes: float
    hours_to_try: float
    hours_to_mend: float
    origin: str = "person"
    note: str = ""


# The one that the past runs of the demo have tried.
TRIED = Fear(
    slug="rates-time-out",
    service="exchange-rates",
    layer="component",
    title="Prices hang when the exchange rates answer late",
    hypothesis="Whoever asks for rates waits without a time-out, so a slow answer becomes no answer.",
    times_a_year=6,
    users_percent=30,
    outage_minutes=20,
    hours_to_try=1,
    hours_to_mend=4,
)
MENDED_BECAUSE = "the time-out is 2 s since yesterday, and the run after it held"

FEARS: Sequence[Fear] = (
    Fear(
        slug="card-gateway-silent",
        service="checkout",
        layer="component",
        title="Checkout waits for a silent card gateway",
        hypothesis="The acquirer's API keeps the connection open and answers nothing: orders hang until people give "
        "up, and some pay twice.",
        times_a_year=4,
        users_percent=100,
        outage_minutes=25,
        hours_to_try=2,
        hours_to_mend=12,
        origin="incident",
        note="In the incident of last month the pool of connections was full after 40 s.",
    ),
    Fear(
        slug="orders-db-failover",
        service="orders-db",
        layer="cluster",
        title="The replica of the orders database is not as good as we think",
        hypothesis="A failover takes longer than five minutes, or the last orders are missing on the replica.",
        times_a_year=0.5,
        users_percent=100,
        outage_minutes=120,
        hours_to_try=6,
        hours_to_mend=40,
    ),
    Fear(
        slug="zone-lost",
        service="eu-central-a",
        layer="zone",
        title="One zone cannot carry the shop alone",
        hypothesis="When the other zone is lost, too few nodes are left for the evening, and nothing sheds load.",
        times_a_year=0.3,
        users_percent=60,
        outage_minutes=180,
        hours_to_try=12,
        hours_to_mend=60,
        origin="coverage",
    ),
    Fear(
        slug="search-index-full-disk",
        service="search",
        layer="node",
        title="A full disk stops the search index",
        hypothesis="The index is written next to the logs: when they fill the disk, search answers old products.",
        times_a_year=2,
        users_percent=20,
        outage_minutes=60,
        hours_to_try=1.5,
        hours_to_mend=6,
    ),
    Fear(
        slug="notifications-queue",
        service="notifications",
        layer="process",
        title="Order mails are lost when their worker is killed",
        hypothesis="A mail is taken off the queue before it is sent: a kill in between loses it, and nobody sees.",
        times_a_year=12,
        users_percent=2,
        outage_minutes=10,
        hours_to_try=1,
        hours_to_mend=8,
    ),
    Fear(
        slug="cdn-certificate",
        service="image-cdn",
        layer="component",
        title="The certificate of the image CDN expires unnoticed",
        hypothesis="It is renewed by hand, by one person, and no monitor asks for its date.",
        times_a_year=1,
        users_percent=80,
        outage_minutes=45,
        hours_to_try=0.5,
        hours_to_mend=3,
    ),
)
ACCEPTED = "cdn-certificate"
ACCEPTED_BECAUSE = "the CDN is replaced in spring, and the new one renews by itself; until then it stands in a calendar"

TRIAL_SLUG = "rates-come-back"
TRIAL_TITLE = "Rates come back after an outage"
TRIAL_HYPOTHESIS = "The exchange rates answer again within a minute of going down, without anybody's help."
TRIAL_RADIUS = "Every request for rates, for twenty seconds."
TRIAL_TEACHES = "The true recovery time, measured from the outside, instead of the one in the handbook."
TRIAL_RTO_SECONDS = 60
TRIAL_HOURS = -24.0 * 41  # after the demo's first start
TRIAL_ACTIVITY = "connections are refused"
TRIAL_TEXT = dedent("""\
    title: Rates come back after an outage
    description: The exchange rates refuse connections for twenty seconds, then must be steady again by themselves.
    tags: [dr, outage]

    steady-state-hypothesis:
      title: Customers are told rates
      probes:
        - type: probe
          name: rates are answered
          tolerance: 200
          provider:
            type: http
            url: {url}
            timeout: 3

    method:
      - type: action
        name: connections are refused
        provider:
          type: python
          module: chaos.injectors.proxy
          func: down
          arguments:
            target: rates-proxy
            duration: 20
        pauses:
          after: 40

    rollbacks: []

    extensions:
      - name: reliability
        hypothesis_every: 5
        stop_after_deviations: 0
        recovery_seconds: 60
    """)
