"""Stock `nbgrader autograde` in a sandbox: a Jupyter kernel provisioner that starts kernels behind our walls.

    JUPYTER_DEFAULT_PROVISIONER_NAME=unrolled-sandbox nbgrader autograde a1

For those who stay with nbgrader's command or with formgrader. Each kernel starts from nothing, and nbgrader itself
reads the results, so what it gets wrong it still gets wrong; but nothing that a notebook does reaches the machine.
"""

import json
import os
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from .doctor import what_is_missing
from .sandbox import NOBODY, Limits, clean_environment, walls

ROOT = Path(__file__).parents[1]


class SandboxProvisioner(LocalProvisioner):
    """Starts a kernel within bubblewrap and namespaces of its own, without a network, reachable by a socket file."""

    folder: Path | None = None  # of the sockets, seen from both sides

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Put the walls around the kernel's command.

        Raises:
            RuntimeError: this machine has no sandbox.
        """
        if missing := what_is_missing():
            raise RuntimeError(f"no sandbox on this machine: {missing}")
        self.folder = Path(tempfile.mkdtemp(prefix="unrolled-"))
        manager = self.parent
        manager.transport, manager.ip, manager.cache_ports = "ipc", str(self.folder / "kernel"), False
        self.kernel_spec.interrupt_mode = "message"  # a signal would end the walls
        kwargs = await super().pre_launch(**kwargs)
        told = json.loads(Path(manager.connection_file).read_text())
        (self.folder / "connection.json").write_text(json.dumps(told | {"ip": "/kernel/kernel"}))
        if os.geteuid() == 0:
            for path in (self.folder, self.folder / "connection.json"):
                os.chown(path, int(NOBODY), int(NOBODY))
        limits = json.dumps(asdict(Limits()))
        command = walls(ROOT, "cold.py", limits, writable=self.folder)
        return kwargs | {"cmd": list(map(str, command)), "env": clean_environment(Path("/course")), "cwd": "/"}

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the sockets."""
        await super().cleanup(restart)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
