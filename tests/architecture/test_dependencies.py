"""Dependencies: each has its reason, and the lock files are in step with pyproject.toml."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from reliability.bootstrap.environment import PUBLISHED_AS_SOURCE
from tests.architecture.sources import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUN = [Requirement(text) for text in PROJECT["dependencies"]]
TEST = [Requirement(text) for text in PROJECT["optional-dependencies"]["test"]]
CHAOS = [Requirement(text) for text in PROJECT["optional-dependencies"]["chaos"]]
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def pinned(lock: str) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in _PINNED.findall((ROOT / lock).read_text())}


def test_every_dependency_says_what_it_is_for() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    requirements = [
        line for line in lines if re.match(r'\s+"[A-Za-z].*",', line) and re.search(r'[<>=]=?\d|"redis', line)
    ]
    assert len(requirements) == len(RUN) + len(TEST) + len(CHAOS)
    assert [line for line in requirements if not re.search(r"#\s*\S{2,}.{8,}", line)] == []


@pytest.mark.parametrize(("lock", "wanted"), [("requirements.lock", RUN), ("requirements-test.lock", RUN + TEST)])
def test_the_lock_satisfies_the_project(lock: str, wanted: list[Requirement]) -> None:
    versions = pinned(lock)
    for requirement in wanted:
        version = versions.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in {lock}: lock again"
        assert requirement.specifier.contains(version), f"{lock} pins {requirement.name} {version}, not {requirement}"


def test_both_locks_pin_the_same_versions() -> None:
    test = pinned("requirements-test.lock")
    different = {name: (version, test.get(name)) for name, version in pinned("requirements.lock").items()}
    assert {name: pair for name, pair in different.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_every_pin_carries_a_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text())
    pins = [block for block in blocks if _PINNED.match(block)]
    assert len(pins) > 20
    assert [block.split()[0] for block in pins if "--hash=sha256:" not in block] == []


def test_what_is_published_as_source_alone_is_built_by_the_set_up_and_in_the_image() -> None:
    """Everything else is a wheel: pip is told so in both."""
    assert f"--only-binary :all: --no-binary {','.join(PUBLISHED_AS_SOURCE)} " in (ROOT / "Containerfile").read_text()
    assert set(PUBLISHED_AS_SOURCE) <= set(pinned("requirements.lock"))
