"""Kinds of due work of this room, stored in rows."""

from __future__ import annotations

RENDER = "status_page.render"  # key: a page's id; each minute
KEEP_COPIES = "status_page.keep_copies"  # standing
FAN_OUT = "status_page.fan_out"  # key: an update's id
DELIVER = "status_page.deliver"  # key: a delivery's id
FORGET = "status_page.forget"  # standing
WATCH = "status_page.watch"  # standing: states of all components
MEASURE = "status_page.measure"  # standing: the last days of all components
DAYS = "status_page.days"  # key: a component's id; all its days
OVERRIDE = "status_page.override"  # key: a component's id, when its override ends
MAINTENANCE = "status_page.maintenance"  # key: a maintenance's id, when it begins and when it ends
