"""A kernel for stock nbgrader, shut in as the others are, but started from nothing: python cold.py USER LIMITS."""

import json
import os
import sys
from pathlib import Path

import jail
from warm import keep


def main() -> None:
    """Run the kernel that /kernel/connection.json describes until it ends."""
    jail.become(sys.argv[1])
    os.environ.pop("JPY_PARENT_PID", None)  # the kernel would look for that process in a space where it is not
    limits = json.loads(sys.argv[2])
    jail.new_namespaces(limits["disk_mib"], limits["files"])
    folder = Path("/tmp/work")
    folder.mkdir()
    connection = json.loads(Path("/kernel/connection.json").read_text())
    if os.fork() == 0:
        keep({"limits": limits, "isolated": True, "gpu": ""}, folder, connection)
    os.wait()


if __name__ == "__main__":
    main()
