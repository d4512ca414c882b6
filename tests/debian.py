"""Programs that tests need and that Debian has."""

import os
import shutil
import subprocess


def install(*packages: str) -> None:
    """Install packages, if this is Debian and we may; else do nothing."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", *packages]):
            subprocess.run(command, capture_output=True, timeout=600)
