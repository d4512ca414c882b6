"""Who works on the jobs: threads of this machine, workers of a Slurm cluster, or somebody else.

An engine takes the place of jobs and their folders (`job.py`), the most urgent first, and yields each when it has been
worked on. It keeps nothing: the truth is in the folders, and whoever starts again finds there what has answers.
"""

import functools
import queue
import shlex
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from .gpus import GpuFault, find_gpus
from .job import TRIES, is_answered, open_sandbox, run_job, write_fault
from .sandbox import Gpu, Sandbox

if TYPE_CHECKING:
    from distributed.security import Security

Engine = Callable[[Path, Iterable[Path]], Iterator[Path]]
LIST = "jobs.txt"
SANDBOX_MIB = 2048  # of memory for worker and sandbox, beside the submission's


class JobsWait(ValueError):
    """Jobs lie there that somebody has to run."""


def here(place: Path, folders: Iterable[Path], workers: int = 1, gpus: list[Gpu] | None = None) -> Iterator[Path]:
    """Run jobs on this machine, several at a time, in one sandbox. A slot whose GPU fails takes no more of them."""
    todo, taking = iter(folders), threading.Lock()
    returned: list[Path] = []
    done: queue.SimpleQueue[Path | BaseException | None] = queue.SimpleQueue()

    def take() -> Path | None:
        with taking:
            return returned.pop() if returned else next(todo, None)

    with open_sandbox(place, gpus or []) as sandbox:

        def work(gpu: Gpu | None) -> None:
            try:
                while folder := take():
                    run_job(folder, sandbox, gpu)
                    done.put(folder)
                done.put(None)
            except GpuFault:
                returned.append(folder)
                done.put(None)
            except BaseException as error:  # a mistake of ours: the others must not wait for it
                done.put(error)

        for gpu in islice(cycle(gpus or [None]), workers):
            threading.Thread(target=work, args=[gpu], daemon=True).start()
        working = workers
        while working:
            ended = done.get()
            if isinstance(ended, BaseException):
                raise ended
            if ended is None:
                working -= 1
            else:
                yield ended


def on_slurm(place: Path, folders: Iterable[Path], slots: int, memory_mib: int, options: str) -> Iterator[Path]:
    """Run jobs in this many Slurm jobs, each of which works on one after the other.

    Workers that end, by time, preemption or a broken node, are replaced, and what they were at is run again. All
    connections are encrypted, and only workers that were given this scheduler's certificate may talk to it.

    Args:
        place: on a file system that the nodes share.
        folders: of the jobs.
        slots: how many Slurm jobs.
        memory_mib: what a submission may use; each Slurm job asks for more.
        options: what `sbatch` takes, for instance "--partition=gpu --gres=gpu:1 --time=02:00:00".
    """
    from dask_jobqueue import SLURMCluster
    from distributed import Client, as_completed

    logs = place / "slurm"  # and certificates, which nobody else may read
    logs.mkdir(exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        cluster = SLURMCluster(
            job_name="unrolled-grade",
            cores=1,
            processes=1,
            memory=f"{memory_mib + SANDBOX_MIB}MiB",
            security=stack.enter_context(_certificate(logs)),
            log_directory=str(logs),
            local_directory="/tmp",
            job_directives_skip=["-t "],  # dask would allow half an hour
            job_extra_directives=shlex.split(options),
            scheduler_options={"dashboard_address": "127.0.0.1:0", "dashboard": False},
            worker_extra_args=["--no-dashboard"],
        )
        client = stack.enter_context(Client(stack.enter_context(cluster)))
        cluster.adapt(minimum_jobs=slots, maximum_jobs=slots)
        jobs = {
            client.submit(run_in_kept_sandbox, folder, key=folder.name, retries=TRIES, priority=-number): folder
            for number, folder in enumerate(folders)
        }
        for future in as_completed(jobs):
            if future.status == "error":
                write_fault(jobs[future], str(future.exception()))
            yield jobs[future]


@contextmanager
def _certificate(folder: Path) -> Iterator["Security"]:
    """A certificate for one scheduler and its workers, in files that are gone when it has ended.

    dask-jobqueue would write such files too, but remove them whenever Python next collects its garbage.
    """
    from distributed.security import Security

    made = Security.temporary()
    with TemporaryDirectory(dir=folder) as place:
        certificate, key = Path(place) / "certificate.pem", Path(place) / "key.pem"
        certificate.write_text(made.tls_ca_file)
        key.write_text(made.tls_scheduler_key)
        roles = {
            f"tls_{role}_{part}": str(file)
            for role in ("client", "scheduler", "worker")
            for part, file in (("cert", certificate), ("key", key))
        }
        yield Security(require_encryption=True, tls_ca_file=str(certificate), **roles)


def by_hand(place: Path, folders: Iterable[Path]) -> Iterator[Path]:
    """Run nothing: take the answers that lie there already, when all do.

    Raises:
        JobsWait: some do not; it says which.
    """
    folders = list(folders)
    if waiting := [folder for folder in folders if not is_answered(folder)]:
        path = place / LIST
        path.write_text("".join(f"{folder}\n" for folder in waiting))
        raise JobsWait(f"{len(waiting)} jobs wait. Run `unrolled grade-one` on each line of {path}, then this again.")
    yield from folders


def run_alone(folders: list[Path]) -> None:
    """Run jobs one after the other, on the first GPU that we were given, if any.

    Raises:
        GpuFault: it does not work; the jobs that are left have no answers.
    """
    gpus = find_gpus()[:1]
    with open_sandbox(place_of(folders[0]), gpus) as sandbox:
        for folder in folders:
            run_job(folder, sandbox, *gpus)


def run_in_kept_sandbox(folder: Path) -> None:
    """Run a job in this process's sandbox, which is there for the next one too."""
    gpus = find_gpus()[:1]
    run_job(folder, kept_sandbox(place_of(folder), *gpus), *gpus)


@functools.cache
def kept_sandbox(place: Path, *gpus: Gpu) -> Sandbox:
    """One for each process of a cluster; it ends with it."""
    return open_sandbox(place, list(gpus))


def place_of(folder: Path) -> Path:
    """Where this job and others lie."""
    return folder.resolve().parents[1]
