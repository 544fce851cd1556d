"""Kinds of due work of this room, stored in rows."""

from __future__ import annotations

DELIVERY = "stakeholders.delivery"  # key: a delivery's id
REMIND = "stakeholders.remind"  # key: a recipient's id
PROMISE = "stakeholders.promise"  # key: a message's id
