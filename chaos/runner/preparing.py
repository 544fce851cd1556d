"""From a job to what the toolkit needs: values of configuration and secrets, and its activities known by name."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import chaoslib.activity
import chaoslib.hypothesis
from chaoslib.caching import cache_activities
from chaoslib.configuration import load_configuration, load_dynamic_configuration
from chaoslib.exceptions import ActivityFailed, ChaosException

from chaos.injectors.protocol import Reach
from chaos.runner.allow import Allowed, Surroundings, problems_of_document
from chaos.runner.conversation import Conversation, StoppedError
from chaos.runner.protocol import Job
from chaos.runner.providers import run_activity
from chaos.runner.work import Work


class NotRunnableError(Exception):
    """The document may not be run, or lacks a value; the message says what to change."""


def prepared(*, job: Job, conversation: Conversation) -> Work:
    """Everything checked once more and loaded. Raises NotRunnableError."""
    allowed = Allowed(**job.allowed)
    kinds = {slug: str(target["kind"]) for slug, target in job.targets.items()}
    problems = problems_of_document(job.document, Surroundings(allowed=allowed, targets=kinds))
    if problems:
        raise NotRunnableError("; ".join(problem.message for problem in problems[:5]))
    document = copy.deepcopy(dict(job.document))
    work = Work(
        conversation=conversation,
        allowed=allowed,
        document=document,
        configuration={},
        secrets={group: dict(names) for group, names in job.secrets.items()},
        reaches={
            slug: Reach(slug=slug, config=target["config"], secrets=target.get("secrets", {}))
            for slug, target in job.targets.items()
        },
        kinds=kinds,
        prefix=job.fault_prefix,
    )
    _take_the_place_of_the_toolkit(work)
    cache_activities(document)
    work.configuration.update(_configuration(document, work, is_dry=job.is_dry))
    return work


def _configuration(document: Mapping[str, Any], work: Work, *, is_dry: bool) -> dict[str, Any]:
    """Values from the environment are defaults here: the process has none of the platform's."""
    try:
        plain: dict[str, Any] = load_configuration(dict(document.get("configuration") or {}))
        if is_dry:  # what a probe would find is not known
            return {name: value for name, value in plain.items() if not _is_probe(value)}
        loaded: dict[str, Any] = load_dynamic_configuration(plain, work.secrets)
    except ChaosException as error:
        raise NotRunnableError(str(error)) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise NotRunnableError(f"the configuration is not understood: {type(error).__name__}: {error}") from error
    missing = sorted(set(plain) - set(loaded))
    if missing:
        raise NotRunnableError(f"no value was found for {', '.join(missing)} of the configuration")
    return loaded


def _take_the_place_of_the_toolkit(work: Work) -> None:
    """chaoslib looks `run_activity` up in its module at each call; whatever goes wrong is the activity's failure."""

    def bounded(activity: Mapping[str, Any], configuration: object, secrets: object) -> Any:
        try:
            return run_activity(work, activity)
        except ActivityFailed:
            raise
        except StoppedError as error:
            raise ActivityFailed(f"not begun: {error}") from error
        except Exception as error:
            raise ActivityFailed(f"{type(error).__name__}: {error}") from error

    chaoslib.activity.run_activity = bounded
    chaoslib.activity.time = SimpleNamespace(sleep=work.sleep)  # pauses end with the method
    chaoslib.hypothesis.run_activity = bounded  # a tolerance that is a probe: it has the name by itself


def _is_probe(value: object) -> bool:
    return isinstance(value, Mapping) and value.get("type") == "probe"
