"""Whether this machine has what the sandbox needs; bubblewrap is installed if need be and possible."""

import functools
import os
import shutil

import pytest

from grading.doctor import what_is_missing
from tests import debian


@functools.cache
def _missing() -> str:
    if shutil.which("bwrap") is None:
        debian.install("bubblewrap")
    return what_is_missing()


def needs_walls() -> None:
    """Skip where there is no sandbox; in continuous integration that is a failure."""
    if missing := _missing():
        reason = f"no sandbox on this machine: {missing}"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
