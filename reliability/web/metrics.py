"""Our own metrics. Each process counts into files under METRICS_DIR; the web process adds them up at /metrics.

What the database knows (oldest due age, evaluation lag) is read when /metrics is asked, not counted here.
"""

from __future__ import annotations

from prometheus_client import Counter, Histogram, values

from reliability.web.metric_files import process_name

values.ValueClass = values.MultiProcessValue(process_name)  # type: ignore[no-untyped-call]  # prometheus_client

_QUICK = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SLOW = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

EVALUATIONS = Counter("reliability_evaluations", "Evaluations of objectives.", ("outcome",))
EVALUATION_SECONDS = Histogram("reliability_evaluation_seconds", "Time of one team's evaluation.", buckets=_SLOW)
BURN_ALERTS = Counter("reliability_burn_alerts", "Burn alerts that fired and were resolved.", ("event", "kind"))
INTAKE_ROWS = Counter("reliability_intake_rows", "Rows that arrived by push.", ("protocol", "outcome"))
SOURCE_SECONDS = Histogram(
    "reliability_source_seconds", "Time of one request to a telemetry source.", ("kind", "outcome"), buckets=_SLOW
)
DUE_RUNS = Counter("reliability_due_runs", "Runs of due work.", ("kind", "outcome"))
DUE_SECONDS = Histogram("reliability_due_seconds", "Time of one run of due work.", ("kind",), buckets=_SLOW)
TICKS = Counter("reliability_ticks", "Ticks that looked for due work.")
DISPATCH_FAILURES = Counter("reliability_dispatch_failures", "Due rows whose message the broker did not take.")
HTTP_SECONDS = Histogram(
    "reliability_http_seconds", "Time until an answer began.", ("method", "status"), buckets=_QUICK
)
REFUSED_BODIES = Counter("reliability_refused_bodies", "Requests cut before the application.", ("reason",))
CHANNEL_SENDS = Counter("reliability_channel_sends", "Tries to tell something through a channel.", ("kind", "result"))
CHANNEL_SECONDS = Histogram(
    "reliability_channel_seconds", "Time of one try to tell something through a channel.", ("kind",), buckets=_SLOW
)
REFUSED_ADDRESSES = Counter("reliability_refused_addresses", "Addresses the outbound guard refused a channel.", ("at",))
INBOUND_REQUESTS = Counter(
    "reliability_inbound_requests", "Signed requests from chat and paging services.", ("protocol", "outcome")
)
INTAKE_REQUESTS = Counter("reliability_intake_requests", "Requests with alerts from outside.", ("kind", "outcome"))
INTAKE_ALERTS = Counter("reliability_intake_alerts", "Alerts from outside.", ("kind", "outcome"))
INTAKE_SECONDS = Histogram(
    "reliability_intake_seconds", "Time of one request with alerts, until it is committed.", ("kind",), buckets=_QUICK
)
STATUS_PAGE_ANSWERS = Counter(
    "reliability_status_page_answers", "Requests for status pages, answered from kept copies or passed on.", ("how",)
)
