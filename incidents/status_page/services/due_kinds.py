"""Kinds of due work of this room for copies and subscribers, stored in rows."""

from __future__ import annotations

RENDER = "status_page.render"  # key: a page's id; each minute
KEEP_COPIES = "status_page.keep_copies"  # standing
FAN_OUT = "status_page.fan_out"  # key: an update's id
DELIVER = "status_page.deliver"  # key: a delivery's id
FORGET = "status_page.forget"  # standing
