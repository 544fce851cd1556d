"""`./run test`: every check of the project, and a table of what came of them.

What waits for moments (faults, journeys) goes first at every moment; what computes fills the rest of two processors.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from reliability.bootstrap.debian import can_install, install
from tests.servers.chromium import ChromiumMissingError, chromium_path
from tests.servers.postgresql import PostgresMissingError, program, running_postgresql
from tests.servers.redis import running_redis

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / ".artifacts" / "test"
BIN = Path(sys.prefix) / "bin"
PYTEST = [str(BIN / "pytest"), "-q", "-p", "no:cacheprovider"]
NICE = ["nice", "-n", "10"]
# Each collects its own files alone; two processes of pytest-xdist would both collect them all.
SUITE = [*PYTEST, "tests", *(f"--ignore=tests/{name}" for name in ("domain", "journeys", "faults"))]
PARTS = 2
# Tests that share a product stay in one process, as their rooms say. The longest go first.
BY_PRODUCT = [*PYTEST, "-n", "2", "--no-loadscope-reorder"]
# The stories that lead through every process but agents, whose deaths are among the faults there. Those that start from
# the demo ask of another database what its suite asks: they are told on it when all is asked for.
STORIES = ("test_telemetry_to_budget.py", "test_incident.py")
DEMO_STORIES = ("test_chaos.py", "test_burning.py", "test_postmortem.py")
NO_LOOKS = ["-k", "not out and not javascript"]
LONGEST = (
    "test_stalled_engine.py",
    "test_chaos.py",
    "test_worker_deaths.py",
    "test_delivery.py",
    "test_telemetry_to_budget.py",
    "test_burning.py",
    "test_incident.py",
)
# Names that `which` finds, and the Debian package that brings each.
PACKAGES = {
    "redis-server": "redis-server",
    "prometheus": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "stress-ng": "stress-ng",
    "ip": "iproute2",
    "iptables": "iptables",
    "faketime": "faketime",
}


@dataclass(frozen=True)
class Step:
    """One command. needs: `postgresql` starts a server for it and names it in the environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    needs: str = ""


@dataclass(frozen=True)
class Result:
    name: str
    status: int
    seconds: float
    log: Path


def templates() -> list[str]:
    return [str(path.relative_to(ROOT)) for path in sorted((ROOT / "templates").rglob("*.html"))]


def longest_first(room: str) -> list[str]:
    """The files that wait the longest first, so that none of them is left over at the end."""
    places = {name: place for place, name in enumerate(LONGEST)}
    files = sorted((ROOT / "tests" / room).glob("test_*.py"), key=lambda path: (places.get(path.name, 99), path.name))
    return [str(path.relative_to(ROOT)) for path in files]


def waiting(*, is_thorough: bool) -> list[Step]:
    """What starts products, kills them and waits for what they do; one after the other."""
    wanted = (*STORIES, *DEMO_STORIES) if is_thorough else STORIES
    stories = [path for path in longest_first("journeys") if path.endswith(wanted)]
    return [
        Step("faults", [*BY_PRODUCT, *longest_first("faults")]),
        Step("journeys", [*BY_PRODUCT, *longest_first("journeys")]),
        Step("journeys on PostgreSQL and Redis", [*BY_PRODUCT, *stories, *NO_LOOKS], needs="postgresql"),
    ]


def computing(*, is_thorough: bool) -> list[Step]:
    """Two at a time, in order: what is quick to tell of a mistake first."""
    python = sys.executable
    asked = {"SCHEMA_COVERAGE": "1"} if is_thorough else {}
    drawn = ["--hypothesis-profile=thorough"] if is_thorough else []
    scratch = {"DATA_DIR": str(LOGS / "data")}
    https = {**scratch, "PUBLIC_URL": "https://slo.example.com"}
    parts = [f"{number}/{PARTS}" for number in range(1, PARTS + 1)]
    return [
        Step("types", [str(BIN / "mypy"), "."]),
        Step("format", [str(BIN / "ruff"), "format", "--check", "."]),
        Step("lint", [str(BIN / "ruff"), "check", "."]),
        Step("imports", [str(BIN / "lint-imports")]),
        Step("template format", [str(BIN / "djade"), "--check", "--target-version", "5.2", *templates()]),
        Step("template lint", [str(BIN / "djlint"), "templates", "--lint", "--quiet"]),
        Step("migrations", [python, "manage.py", "makemigrations", "--check", "--dry-run"], scratch),
        Step("deployment", [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], https),
        Step("domain tests", [*PYTEST, "tests/domain", *drawn]),
        *(Step(f"suite on SQLite {part}", [*SUITE, f"--part={part}", *drawn], asked) for part in parts),
        *(
            Step(f"suite on PostgreSQL {part}", [*SUITE, f"--part={part}", "--only-with-database"], asked, "postgresql")
            for part in parts
        ),
    ]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./run test", description=__doc__)
    parser.add_argument("steps", nargs="*", metavar="STEP", help="only steps whose name holds this text")
    parser.add_argument(
        "--without", action="append", default=[], metavar="STEP", help="leave out the steps whose name holds this text"
    )
    parser.add_argument("--list", action="store_true", help="name the steps and end")
    parser.add_argument("--no-install", action="store_true", help="do not install missing Debian packages")
    parser.add_argument(
        "--thorough",
        action="store_true",
        help="also all stories on PostgreSQL and Redis, every body that the API allows, and many new examples",
    )
    options = parser.parse_args(arguments)
    all_steps = waiting(is_thorough=options.thorough), computing(is_thorough=options.thorough)
    first, rest = (
        [step for step in steps if _is_wanted(step, options.steps) and not _is_named(step, options.without)]
        for steps in all_steps
    )
    if options.list:
        print("\n".join(step.name for step in (*first, *rest)))
        return 0
    if not first and not rest:
        print("no step is left of those asked for: see ./run test --list", file=sys.stderr)
        return 2
    missing = missing_packages()
    if missing and not (not options.no_install and can_install() and install(missing)):
        print(f"these tests need: sudo apt-get install {' '.join(missing)}", file=sys.stderr)
        return 2
    shutil.rmtree(LOGS, ignore_errors=True)
    LOGS.mkdir(parents=True)
    started_at = time.monotonic()
    results = _run_all(first, rest)
    _print_table(results, seconds=time.monotonic() - started_at)
    return 1 if any(result.status for result in results) else 0


def missing_packages() -> list[str]:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"  # where programs of administrators are
    missing = [package for name, package in PACKAGES.items() if shutil.which(name, path=path) is None]
    try:
        program("initdb")
    except PostgresMissingError:
        missing.append("postgresql")
    try:
        chromium_path()
    except ChromiumMissingError:
        missing.append("chromium-headless-shell")
    return missing


def _is_wanted(step: Step, words: Sequence[str]) -> bool:
    return not words or _is_named(step, words)


def _is_named(step: Step, words: Sequence[str]) -> bool:
    return any(word.lower() in step.name.lower() for word in words)


def _run_all(first: Sequence[Step], rest: Sequence[Step]) -> list[Result]:
    with ThreadPoolExecutor(max_workers=1) as one, ThreadPoolExecutor(max_workers=2) as two:
        of_first, of_rest = one.map(_run, first), two.map(_run_nicely, rest)
        return [*of_rest, *of_first]


def _run_nicely(step: Step) -> Result:
    return _run(replace(step, command=[*NICE, *step.command]))


def _run(step: Step) -> Result:
    log = LOGS / f"{step.name.replace(' ', '-').replace('/', '-of-')}.log"
    started_at = time.monotonic()
    with _servers(step) as environment, log.open("w") as output:
        status = subprocess.run(
            step.command,
            cwd=ROOT,
            env={**_inherited(), **step.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    result = Result(name=step.name, status=status, seconds=time.monotonic() - started_at, log=log)
    print(f"{'ok    ' if status == 0 else 'FAILED'} {step.name} ({result.seconds:.0f} s)", flush=True)
    if status:
        print(log.read_text(errors="replace"), flush=True)
    return result


def _inherited() -> dict[str, str]:
    """Hundreds of processes start from this checkout: what one has compiled is there for the others."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@contextlib.contextmanager
def _servers(step: Step) -> Iterator[dict[str, str]]:
    if step.needs != "postgresql":
        yield {}
        return
    with running_postgresql() as database_url, running_redis() as redis_url:
        yield {
            "TEST_DATABASE_URL": database_url,
            "PRODUCT_DATABASE_URL": database_url,
            "PRODUCT_REDIS_URL": redis_url,
        }


def _print_table(results: Sequence[Result], *, seconds: float) -> None:
    width = max(len(result.name) for result in results)
    print(f"\n{'step':<{width}}  result  seconds")
    for result in results:
        outcome = "ok" if result.status == 0 else "FAILED"
        print(f"{result.name:<{width}}  {outcome:<6}  {result.seconds:>7.1f}  {_last_line(result)}")
    print(f"{'all':<{width}}          {seconds:>7.1f}")


def _last_line(result: Result) -> str:
    """What the command itself sums up: pytest's counts, mypy's files."""
    lines = [line.strip("= ") for line in result.log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:80] if lines else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
