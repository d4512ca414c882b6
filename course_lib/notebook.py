"""The first cell of every assignment notebook."""

import os
import sys
from importlib import metadata

from packaging.requirements import Requirement

from .exercises import exercises


def start(assignment: str, written_for: str) -> None:
    """Say whether everything an assignment needs is here, and what to do if not.

    Args:
        assignment: e.g. "a1".
        written_for: the version of the library that the notebook was written for.
    """
    join_stderr_to_stdout()
    here = metadata.version("unrolled")
    problems = _problems()
    if here.partition("+")[0] != written_for.partition("+")[0]:
        problems.append(
            f"this notebook was written for unrolled {written_for}, but {here} is installed; install the wheel "
            "that came with the notebook, then restart the kernel"
        )
    versions = f"Python {sys.version.split()[0]}, torch {metadata.version('torch')}"
    names = ", ".join(exercise.name for exercise in exercises(assignment))
    print(f"Unrolled {here} on {versions}. Exercises of {assignment}: {names}.")
    print("Before you start: " + ";\n  ".join(problems) + "." if problems else "All is well.")


def _problems() -> list[str]:
    """Installed packages that do not fit what the library says it needs."""
    problems = []
    for requirement in map(Requirement, metadata.requires("unrolled") or []):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            version = None
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            problems.append(
                f"{requirement.name} should be {requirement.specifier or 'installed'}, found "
                f'{version or "none"}; run `%pip install "{requirement.name}{requirement.specifier}"`'
            )
    return problems


def join_stderr_to_stdout() -> None:
    """Let everything that a notebook prints go to stdout.

    nbgrader gives no points for a cell that printed to stderr, and warnings and progress bars print there: a
    right answer that warns would count as wrong. Python's own stream and, where the kernel watches it, the
    file descriptor are both redirected.
    """
    if "ipykernel" in sys.modules:
        sys.stderr = sys.stdout
        if sys.platform != "win32":
            os.dup2(1, 2)
