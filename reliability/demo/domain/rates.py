"""What is known of the demo's service for experiments: its promise, its past, and what is tried on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

from reliability.demo.domain.traffic import Traffic, Trouble

TEAM = "platform"
SERVICE = "exchange-rates"
TITLE = "Exchange rates"
DESCRIPTION = "Prices in other currencies. A real process of this demo, behind our proxy: put faults in front of it."
RUNBOOK = "https://runbooks.example.com/exchange-rates"
INDICATOR = "rates-within-250ms"
INDICATOR_TITLE = "Rates answered within 250 ms"
OBJECTIVE = "rates-fast"
OBJECTIVE_TITLE = "Rates are told within 250 ms"
ASKED: dict[str, Any] = {"objective": "0.995", "window": {"rolling": "28d"}}
TARGET = "rates-proxy"
TARGET_TITLE = "Proxy in front of the exchange rates"
AGENT = "demo history"
# Hours after the demo's first start at which the past runs began.
FIRST_RUN, SECOND_RUN = -50.0, -26.0
TRAFFIC = Traffic(
    seed=41,
    requests_per_minute=600,
    bad_fraction=0.0004,
    daily_swing=0.0,
    troubles=(Trouble(FIRST_RUN, 2, 0.7), Trouble(SECOND_RUN, 2, 0.02)),
)


@dataclass(frozen=True, slots=True)
class DemoExperiment:
    """text: with {url} for what customers ask."""

    slug: str
    title: str
    hypothesis: str
    blast_radius: str
    teaches: str
    text: str


def _document(title: str, description: str, tags: str, action: str) -> str:
    head = dedent(f"""\
        title: {title}
        description: {description}
        tags: [{tags}]

        steady-state-hypothesis:
          title: Customers are told rates
          probes:
            - type: probe
              name: rates are answered
              tolerance: 200
              provider:
                type: http
                url: {{url}}
                timeout: 3

        method:
        """)
    tail = dedent("""\

        rollbacks: []

        extensions:
          - name: reliability
            hypothesis_every: 5
            stop_after_deviations: 2
            recovery_seconds: 60
        """)
    return f"{head}{dedent(action)}{tail}"


EXPERIMENTS: Sequence[DemoExperiment] = (
    DemoExperiment(
        slug="rates-come-late",
        title="Rates come 400 ms late",
        hypothesis="Customers are told rates while each answer comes 400 ms late.",
        blast_radius="Every request for rates, until the guard stops it: at most two minutes.",
        teaches="That an answer may be right and still too late: the probe holds while the objective burns.",
        text=_document(
            "Rates come 400 ms late",
            "Each answer of the exchange rates comes 400 ms later, for two and a half minutes.",
            "latency, dependency",
            """\
              - type: action
                name: answers come 400 ms late
                provider:
                  type: python
                  module: chaos.injectors.proxy
                  func: latency
                  arguments:
                    target: rates-proxy
                    latency_ms: 400
                    duration: 300
                pauses:
                  after: 150
            """,
        ),
    ),
    DemoExperiment(
        slug="rates-are-gone",
        title="Rates are gone for a while",
        hypothesis="Customers are told rates while the exchange rates do not answer.",
        blast_radius="Every request for rates, for at most half a minute.",
        teaches="Whether anything remembers the last rates. Nothing does yet: it deviates.",
        text=_document(
            "Rates are gone for a while",
            "The exchange rates refuse connections for half a minute.",
            "outage, dependency",
            """\
              - type: action
                name: connections are refused
                provider:
                  type: python
                  module: chaos.injectors.proxy
                  func: down
                  arguments:
                    target: rates-proxy
                    duration: 60
                pauses:
                  after: 30
            """,
        ),
    ),
    DemoExperiment(
        slug="rates-come-a-little-late",
        title="Rates come a little late",
        hypothesis="Nobody notices when each answer comes 50 ms late.",
        blast_radius="None, if it holds: 50 ms are within the promise of 250 ms.",
        teaches="How much room the promise leaves. It holds.",
        text=_document(
            "Rates come a little late",
            "Each answer of the exchange rates comes 50 ms later, for half a minute.",
            "latency, dependency",
            """\
              - type: action
                name: answers come 50 ms late
                provider:
                  type: python
                  module: chaos.injectors.proxy
                  func: latency
                  arguments:
                    target: rates-proxy
                    latency_ms: 50
                    duration: 120
                pauses:
                  after: 30
            """,
        ),
    ),
)
