"""Rolling windows: the last so-and-so much time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reliability.kit.durations import DurationError, format_duration, humanize_duration, parse_duration
from reliability.kit.instants import MINUTE
from reliability.kit.periods import Period
from slo.domain.window_errors import WINDOW_LENGTH_MAX, WindowError


@dataclass(frozen=True, slots=True)
class RollingWindow:
    """[now − length, now). The length is a whole number of minutes, ten years at most."""

    length: timedelta

    def __post_init__(self) -> None:
        if self.length < MINUTE or self.length % MINUTE:
            raise WindowError("window_length", "a rolling window is a whole number of minutes, one at least")
        if self.length > WINDOW_LENGTH_MAX:
            raise WindowError("window_length", "a rolling window is at most ten years long: write 28d or 30d")

    @property
    def length_max(self) -> timedelta:
        """How long a period can be: the length."""
        return self.length

    @classmethod
    def parse(cls, value: object) -> RollingWindow:
        """Read `28d`, `4w`, `12h`. Raises WindowError."""
        if not isinstance(value, str):
            raise WindowError("window_length", f"a rolling window is a duration such as 28d, got {value!r}")
        if value.strip()[-1:] in ("M", "Q", "Y"):
            raise WindowError(
                "window_length",
                f"a rolling window needs a fixed length and {value.strip()!r} has none: write 28d or 30d, "
                "or make it a calendar window",
            )
        try:
            return cls(parse_duration(value))
        except DurationError as error:
            raise WindowError("window_length", str(error)) from error

    def period_at(self, now: datetime) -> Period:
        """The window that ends at *now*."""
        return Period(now - self.length, now)

    def previous(self, period: Period) -> Period:
        """The window just before *period*, without overlap."""
        return Period(period.start - self.length, period.start)

    def describe(self) -> str:
        return f"the last {humanize_duration(self.length)}, rolling"

    def warnings(self) -> tuple[str, ...]:
        return ()

    def to_json(self) -> dict[str, object]:
        """The notation `parse_window` reads."""
        return {"rolling": format_duration(self.length)}
