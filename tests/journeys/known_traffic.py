"""Thirty-one days of counters whose every minute is known, with resets and gaps, for a real Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.servers.prometheus import KnownSeries

DAY = 1440
DAYS = 31
SECOND_OF_SAMPLE = 20
INSTANCES = ("a", "b")


@dataclass(frozen=True)
class KnownTraffic:
    """Counters of two instances of a checkout, sampled once a minute until `end_minute` (epoch minutes, excluded)."""

    end_minute: int

    @property
    def start_minute(self) -> int:
        return self.end_minute - DAYS * DAY

    def served(self, instance: str, minute: int) -> tuple[int, int]:
        """(answered, failed) requests of the minute."""
        age = self.end_minute - minute
        answered = 90 + minute % 7 if instance == "a" else 40 + minute % 3
        failed = 1 if minute % (50 if instance == "a" else 35) == 0 else 0
        if 6 * DAY <= age < 6 * DAY + 40:
            failed += 25  # an outage
        return answered, failed

    def is_sampled(self, instance: str, minute: int) -> bool:
        """Both instances miss ninety minutes, b alone half an hour more."""
        age = self.end_minute - minute
        return not (10 * DAY <= age < 10 * DAY + 90 or (instance == "b" and 3 * DAY <= age < 3 * DAY + 30))

    def is_restarted(self, instance: str, minute: int) -> bool:
        """The counters begin again at zero before this minute."""
        age = self.end_minute - minute
        return age in ((12 * DAY, 2 * DAY + 7) if instance == "a" else (20 * DAY + 1,))

    def counted(self, minute: int) -> tuple[int, int] | None:
        """(good, valid) that can be known of the minute: instances sampled in it and in the one before."""
        known = [
            self.served(instance, minute)
            for instance in INSTANCES
            if minute > self.start_minute
            and self.is_sampled(instance, minute)
            and self.is_sampled(instance, minute - 1)
        ]
        if not known:
            return None
        good = sum(answered for answered, _ in known)
        return good, good + sum(failed for _, failed in known)

    def sums(self, minutes: Iterable[int]) -> tuple[int, int, int]:
        """(good, valid, measured minutes) of many minutes."""
        counted = [pair for pair in map(self.counted, minutes) if pair is not None]
        return sum(good for good, _ in counted), sum(valid for _, valid in counted), len(counted)

    def series(self) -> Iterator[KnownSeries]:
        for instance in INSTANCES:
            answered_total = failed_total = 0
            answered_samples: list[tuple[float, float]] = []
            failed_samples: list[tuple[float, float]] = []
            for minute in range(self.start_minute, self.end_minute):
                if self.is_restarted(instance, minute):
                    answered_total = failed_total = 0
                answered, failed = self.served(instance, minute)
                answered_total, failed_total = answered_total + answered, failed_total + failed
                if self.is_sampled(instance, minute):
                    at = float(minute * 60 + SECOND_OF_SAMPLE)
                    answered_samples.append((at, float(answered_total)))
                    failed_samples.append((at, float(failed_total)))
            for code, samples in (("200", answered_samples), ("500", failed_samples)):
                labels = {"job": "checkout", "instance": instance, "code": code}
                yield KnownSeries(name="http_requests_total", labels=labels, samples=samples)
