"""The entry point behind ./run. Until the virtualenv exists only the standard library may be imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from reliability.bootstrap import environment as bootstrap

ROOT = Path(__file__).resolve().parent.parent

USAGE = """usage: ./run COMMAND

  demo          everything on this machine, with a demonstration's data; prints the address and a login
  up            everything on this machine, without demonstration data
  test [STEP…]  every check of the project (`./run test --list` names the steps)
  manage …      Django's command line, for example: ./run manage slo validate slos/
  help          this text

Settings are environment variables, for example PORT=8001 ./run demo. docs/configuration.md lists them.
"""


def main(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    commands: dict[str, Callable[[list[str]], int]] = {
        "demo": _demo,
        "up": _up,
        "test": _test,
        "manage": _manage,
    }
    if command in ("help", "-h", "--help"):
        sys.stdout.write(USAGE)
        return 0
    if command not in commands:
        sys.stderr.write(f"there is no command {command!r}\n\n{USAGE}")
        return 2
    try:
        return commands[command](rest)
    except bootstrap.SetUpError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _demo(rest: list[str]) -> int:
    return _in_environment(["demo", *rest], lambda: _start(is_demo=True))


def _up(rest: list[str]) -> int:
    return _in_environment(["up", *rest], lambda: _start(is_demo=False))


def _start(*, is_demo: bool) -> int:
    from reliability.supervision.up import up  # noqa: PLC0415  only the virtualenv's Python comes here

    return up(is_demo=is_demo)


def _manage(rest: list[str]) -> int:
    python = bootstrap.ensure(lock="requirements.lock")
    os.execv(python, [str(python), str(ROOT / "manage.py"), *rest])  # noqa: S606  our own interpreter


def _test(rest: list[str]) -> int:
    python = bootstrap.ensure(lock="requirements-test.lock")
    os.chdir(ROOT)
    os.execv(python, [str(python), "-m", "tests.run", *rest])  # noqa: S606  our own interpreter


def _in_environment(arguments: list[str], call: Callable[[], int]) -> int:
    """Call in the virtualenv's Python: at once when this is it, else by becoming it."""
    python = bootstrap.ensure(lock="requirements.lock")
    if not bootstrap.is_inside():
        os.execv(python, [str(python), "-m", "reliability", *arguments])  # noqa: S606  our own interpreter
    return call()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
