"""Which environments count as production, when nobody said. Pure.

Source: how GitLab guesses the tier of an environment, https://docs.gitlab.com/ci/environments/#deployment-tier-of-environments
"""

from __future__ import annotations

import re

_NOT_PRODUCTION = re.compile(
    r"dev|review|trunk|test|tst|int|accept|acpt|qa|qc|control|quality|stag|stg|mode?l|pre|demo|non|sandbox|local|ci\b",
    re.IGNORECASE,
)
_PRODUCTION = re.compile(r"prod|prd|live", re.IGNORECASE)


def is_production_name(name: str) -> bool:
    """Whether an environment of this name is production: "production", "prod-eu", "live"; not "pre-production"."""
    return _NOT_PRODUCTION.search(name) is None and _PRODUCTION.search(name) is not None


def environment_name(name: str) -> str:
    """One spelling for one environment: without blanks around it, in lower case."""
    return name.strip().lower()


def environment_mistake(name: str) -> str:
    """What is wrong with it as a name; blank when it is one. Names stand in one line of messages and pipelines."""
    return "" if name.strip().isprintable() else "is one line, without control characters"


def is_test_name(name: str) -> bool:
    """Whether the name says that it is no production: "staging", "qa", "pre-production"."""
    return _NOT_PRODUCTION.search(name) is not None
