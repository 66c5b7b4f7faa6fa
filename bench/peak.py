"""`python bench/peak.py COMMAND …`: print the most memory that a command needed, in bytes.

A process of its own, because a child is charged with what its parent held when it was made.
"""

from __future__ import annotations

import os
import subprocess
import sys


def main(command: list[str]) -> int:
    """Run the command; give its status."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    print(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
    return child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
