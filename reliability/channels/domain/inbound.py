"""Why a signed request from outside is not believed."""

from __future__ import annotations


class InboundError(Exception):
    """reason: for logs, metrics and the answer."""

    reason = "unusable"


class Forged(InboundError):  # noqa: N818  named as what it is
    """Not signed with a secret of the channel."""

    reason = "forged"


class Stale(InboundError):  # noqa: N818  named as what it is
    """Signed, and too old (or from the future): perhaps sent again by somebody who overheard it."""

    reason = "stale"


class Malformed(InboundError):  # noqa: N818  named as what it is
    """Signed, and not what the protocol says."""

    reason = "malformed"
