"""What the process of a run asks of the system for itself, before it reads its job.

Not between fork and exec: its agent has many threads, and what runs there may wait for ever for a lock of another one.
"""

from __future__ import annotations

import os
import resource

from reliability.kit.parent_death import die_with_parent

# The process that has to be there: the run dies with it. Without it, as when one is started by hand, it lives on.
PARENT = "CHAOS_PARENT_PID"
FILES_MAX = 1_024


def bound_process() -> None:
    """Die with the agent, write no core (it holds secrets), and open a bounded number of files.

    Memory is watched by the agent: a limit here would be inherited by the programs that fill it on purpose.
    """
    parent = os.environ.pop(PARENT, "")
    if parent:
        die_with_parent(int(parent))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES_MAX if hard == resource.RLIM_INFINITY else min(FILES_MAX, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
