"""Series whose increase per minute is known in closed form."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.servers.prometheus import KnownSeries

START = datetime(2026, 3, 1, tzinfo=UTC)
EPOCH = START.timestamp()
HOURS = 26
SCRAPE = 15
SAMPLES = HOURS * 3600 // SCRAPE
# Nothing was scraped in [10:00, 10:30) of the first day.
GAP_START, GAP_END = 10 * 3600, 10 * 3600 + 1800
RESET_EVERY = 1000  # samples
SHIFT = 7  # seconds the scrapes of the second pod come later


def counter(per_scrape: int, *, shift: int = 0, reset_every: int = 0) -> list[tuple[float, float]]:
    """Grows by *per_scrape* with every scrape; a restart loses the value, and grows on from zero."""
    samples, value = [], 1_000_000
    for number in range(SAMPLES + 1):
        at = number * SCRAPE + shift
        value += per_scrape
        if reset_every and number and number % reset_every == 0:
            value = per_scrape
        if not GAP_START < at < GAP_END:
            samples.append((EPOCH + at, float(value)))
    return samples


def gauge(value_at: dict[int, float], default: float, *, step: int = SCRAPE) -> list[tuple[float, float]]:
    """*default*, but for the minutes of *value_at* (from START)."""
    return [(EPOCH + at, value_at.get((at - 1) // 60, default)) for at in range(0, 6 * 3600 + 1, step)]


def known_series() -> list[KnownSeries]:
    series = []
    for shop in ("north", "south", "west.1"):
        for pod, shift in (("a", 0), ("b", SHIFT)):
            for code, per_scrape in (("200", 9), ("404", 2), ("500", 1)):
                series.append(
                    KnownSeries(
                        "http_requests_total",
                        {"shop": shop, "pod": pod, "code": code},
                        counter(per_scrape, shift=shift, reset_every=RESET_EVERY if pod == "b" else 0),
                    )
                )
    for bound, per_scrape in (("0.1", 5), ("0.25", 7), ("1", 9), ("+Inf", 10)):
        series.append(
            KnownSeries("latency_seconds_bucket", {"job": "api", "le": bound}, counter(per_scrape), "histogram")
        )
    for bound, per_scrape in (("0.1", 50), ("0.25", 70), ("+Inf", 100)):
        series.append(
            KnownSeries("latency_seconds_bucket", {"job": "old", "le": bound}, counter(per_scrape), "histogram")
        )
    series.append(KnownSeries("probe_success", {"job": "web"}, gauge({30: 0.0, 31: 0.0}, 1.0), "gauge"))
    series.append(KnownSeries("probe_success", {"job": "api"}, gauge({31: 0.0}, 1.0), "gauge"))
    series.append(KnownSeries("queue_seconds", {"job": "web"}, gauge({5: 40.0}, 3.0), "gauge"))
    series.append(KnownSeries("success_ratio", {"job": "web"}, gauge({7: float("nan"), 8: 1.5}, 0.75), "gauge"))
    series.append(KnownSeries("lying_good_total", {"job": "x"}, [(EPOCH + at * 15, at * 2.0) for at in range(100)]))
    series.append(KnownSeries("lying_valid_total", {"job": "x"}, [(EPOCH + at * 15, at * 1.0) for at in range(100)]))
    return series
