"""States as people see them: a word, an icon and a tone, never a colour alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StateLook:
    """tone: good, warn, bad, none, info, busy or sev1 (a colour of tokens.css); icon: a symbol of icons.svg."""

    word: str
    tone: str
    icon: str


_LOOKS: dict[str, StateLook] = {
    # objectives
    "met": StateLook("Met", "good", "check"),
    "at_risk": StateLook("At risk", "warn", "warning"),
    "breached": StateLook("Breached", "bad", "breach"),
    "no_data": StateLook("No data", "none", "no-data"),
    # sources
    "healthy": StateLook("Healthy", "good", "check"),
    "ok": StateLook("OK", "good", "check"),
    "degraded": StateLook("Degraded", "warn", "warning"),
    "failing": StateLook("Failing", "bad", "breach"),
    "unknown": StateLook("Not checked yet", "none", "no-data"),
    "stale": StateLook("Stale", "warn", "clock"),
    "fresh": StateLook("Fresh", "good", "check"),
    # channels and contact methods
    "untried": StateLook("Not tried yet", "none", "no-data"),
    "unverified": StateLook("Not verified", "warn", "warning"),
    "switched_off": StateLook("Switched off", "none", "pause"),
    # work in progress
    "running": StateLook("Running", "busy", "play"),
    "waiting": StateLook("Waiting", "none", "clock"),
    "paused": StateLook("Paused", "warn", "pause"),
    "done": StateLook("Done", "good", "check"),
    "failed": StateLook("Failed", "bad", "breach"),
    "cancelled": StateLook("Cancelled", "none", "stop"),
    # keys and people
    "active": StateLook("Active", "good", "check"),
    "revoked": StateLook("Revoked", "none", "stop"),
    "expired": StateLook("Expired", "warn", "clock"),
    "inactive": StateLook("Inactive", "none", "stop"),
    # incidents, alerts
    "sev1": StateLook("Sev1", "sev1", "siren"),
    "sev2": StateLook("Sev2", "bad", "flame"),
    "sev3": StateLook("Sev3", "warn", "warning"),
    "sev4": StateLook("Sev4", "info", "down"),
    "sev5": StateLook("Sev5", "none", "info"),
    "triggered": StateLook("Triggered", "bad", "bell"),
    "acknowledged": StateLook("Acknowledged", "busy", "person"),
    "resolved": StateLook("Resolved", "good", "check"),
    "closed": StateLook("Closed", "none", "lock"),
    "merged": StateLook("Merged", "none", "merge"),
    "firing": StateLook("Firing", "bad", "flame"),
    "silenced": StateLook("Silenced", "none", "bell-off"),
    # notifications and their answers
    "sent": StateLook("Delivered", "good", "check"),
    "under_way": StateLook("Under way", "busy", "play"),
    "void": StateLook("Not needed", "none", "stop"),
    "bundled": StateLook("In a bundle", "info", "layers"),
    "refused": StateLook("Refused", "bad", "breach"),
    "given_up": StateLook("Given up", "bad", "breach"),
    "retry": StateLook("Will retry", "warn", "refresh"),
    "answer_unknown": StateLook("Perhaps arrived", "warn", "no-data"),
    # changes
    "added": StateLook("Add", "good", "plus"),
    "changed": StateLook("Change", "info", "edit"),
    "removed": StateLook("Remove", "bad", "minus"),
    "unchanged": StateLook("No change", "none", "equal"),
}


def register_state(slug: str, look: StateLook) -> None:
    """Give a state of another room its look; at start-up only. Raises ValueError when the slug has another look."""
    if _LOOKS.setdefault(slug, look) != look:
        raise ValueError(f"the state {slug!r} already looks like {_LOOKS[slug]}: choose another slug")


def look_of(state: object) -> StateLook:
    """The look of a state's slug; an unregistered one is shown in its own words without a colour."""
    slug = str(getattr(state, "value", state) or "no_data")
    return _LOOKS.get(slug) or StateLook(slug.replace("_", " ").capitalize(), "none", "dot")


def all_states() -> dict[str, StateLook]:
    return dict(_LOOKS)
