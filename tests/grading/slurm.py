"""A real Slurm cluster for tests: one node, on loopback, with two GPUs that are nothing but device files."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import debian

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo")
CONFIG = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
GresTypes=gpu
ReturnToService=2
SlurmdTimeout=20
KillWait=2
JobRequeue=1
MpiDefault=none
SchedulerParameters=sched_interval=1,bf_interval=1
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=64000 Gres=gpu:2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


class Slurm:
    """The cluster's daemons, which a test may kill."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}
        self.daemons: dict[str, subprocess.Popen] = {}

    def start(self, daemon: str) -> None:
        options = ["-D"]
        if daemon == "munged":
            files = {"socket": "socket", "key-file": "key", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
            options = ["--foreground", "--force"]
            options += [f"--{option}={self.folder}/munge.{name}" for option, name in files.items()]
        with open(self.folder / f"{daemon}.out", "ab") as log:
            self.daemons[daemon] = subprocess.Popen([daemon, *options], env=self.environment, stdout=log, stderr=log)

    def kill(self, daemon: str) -> None:
        """kill -9, and start it again."""
        self.daemons[daemon].kill()
        self.daemons[daemon].wait()
        self.start(daemon)

    def run(self, *command: str) -> str:
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def wait_until(self, what, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not what():
            if time.monotonic() > end:
                logs = [path.read_text(errors="replace")[-3000:] for path in sorted(self.folder.glob("*.log"))]
                raise TimeoutError("\n".join(logs))
            time.sleep(0.2)

    def is_idle(self) -> bool:
        done = subprocess.run(["sinfo", "-h", "-o", "%T"], env=self.environment, capture_output=True, text=True)
        return done.stdout.strip() == "idle"


def missing() -> list[str]:
    return [program for program in PROGRAMS if shutil.which(program) is None]


@contextmanager
def cluster(folder: Path):
    """Start it; skip the test where only root could, or where the packages are not; in CI the latter is a failure."""
    if os.geteuid():
        pytest.skip("only root may start a Slurm cluster")
    if missing():
        debian.install("slurm-wlm", "munge")
    if absent := missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"Slurm cannot be run here without {', '.join(absent)}")
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    (folder / "munge.key").write_bytes(os.urandom(128))
    (folder / "munge.key").chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        ports = {"controller_port": one.getsockname()[1], "node_port": two.getsockname()[1]}
    host = socket.gethostname().partition(".")[0]
    (folder / "slurm.conf").write_text(CONFIG.format(folder=folder, host=host, **ports))
    for number in range(2):
        os.mknod(folder / f"nvidia{number}", 0o600 | stat.S_IFCHR, os.makedev(1, 3))  # another /dev/null
    (folder / "gres.conf").write_text(f"Name=gpu File={folder}/nvidia[0-1]\n")
    slurm = Slurm(folder)
    try:
        for daemon in ("munged", "slurmctld", "slurmd"):
            slurm.start(daemon)
            time.sleep(0.5)
        slurm.wait_until(slurm.is_idle)
        yield slurm
    finally:
        subprocess.run(["scancel", "--user=root"], env=slurm.environment, capture_output=True)
        for process in reversed(slurm.daemons.values()):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
