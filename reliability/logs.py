"""Structured logs: one line per event, with the request's or task's id; JSON or readable."""

from __future__ import annotations

import re
from typing import Any

import structlog

# Addresses that are secrets themselves: whoever reads the log must not be able to page, acknowledge or read by it.
_SECRET_ADDRESSES = re.compile(
    r"(/(?:(?:oncall|chaos/calendar)/feeds|ping|intake|a(?:/list)?|link|settings/contacts/connect"
    r"|chaos/notices|chaos/game-days/answers|stakeholders/(?:read|stop)|reports/leave"
    r"|subscriptions|key)/)"  # of status pages, below their slug or at a domain of their own
    r"(?!(?:alertmanager|generic)\b)[^/\s'\"<>?]{4,}"
)

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(*, log_format: str, level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING. log_format: `json` or `console`; level: of our own loggers."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    _drop_doubled,
                    *_rendering(log_format),
                    hide_secrets,
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "reliability": {"level": level},
            "slo": {"level": level},
            "incidents": {"level": level},
            "django_structlog.middlewares": {"level": level},
            # A line for each tick and each row would drown the rest; failures are logged where they are kept.
            "django_structlog.celery": {"level": "ERROR"},
            "celery.worker": {"level": "WARNING"},
            "celery.app.trace": {"level": "ERROR"},
            "uvicorn.error": {"level": "INFO"},
            "django.server": {"handlers": ["console"], "propagate": False},
            "axes": {"level": "WARNING"},
        },
    }


def _drop_doubled(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event.pop("color_message", None)  # uvicorn's copy of its message, with colours
    return event


def hide_secrets(_logger: Any, _name: str, line: str) -> str:
    """The rendered line without the secret part of addresses, wherever in it they stand."""
    return _SECRET_ADDRESSES.sub(r"\1…", line)


def _rendering(log_format: str) -> list[Any]:
    if log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # The plain formatter: others print local variables, and with them secrets.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, exception_formatter=plain)]
