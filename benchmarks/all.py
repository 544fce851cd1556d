"""Every benchmark, one after the other; ends with 1 when any missed a goal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPTS = (
    "status_of_fleets",
    "against_prometheus",
    "hourly_history",
    "recompute",
    "dora",
    "ledger",
    "composites",
    "list_page",
    "intake",
    "burn_alerts",
    "on_call",
    "chaos_proxy",
    "chaos_runs",
)


def main() -> None:
    here = Path(__file__).resolve().parent
    missed = []
    for script in SCRIPTS:
        print(f"\n=== {script} ===", flush=True)
        if subprocess.run([sys.executable, str(here / f"{script}.py")], check=False).returncode:
            missed.append(script)
    print(f"\n{'missed: ' + ', '.join(missed) if missed else 'all goals met'}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
