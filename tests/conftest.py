"""What all tests share."""

import os
import re
import sys
from pathlib import Path

import pytest

# nbgrader calls `alembic` by name: find the one of this environment even if it is not activated.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
os.environ["TQDM_DISABLE"] = "1"
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["OMP_NUM_THREADS"] = "1"  # processes side by side; said before torch is imported


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Hand out tests in groups: those that share something dear, such as a built site, go to the same process."""
    from xdist.scheduler import LoadScopeScheduling  # not there where students run their tests

    class ByWhatTheyShare(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return what_it_shares(nodeid)

    return ByWhatTheyShare(config, log)


def what_it_shares(nodeid: str) -> str:
    """A page of the site; an assignment's grades; or what the test's own file sets up."""
    file, _, test = nodeid.partition("::")
    if file.startswith("tests/book/"):
        return nodeid.partition("[")[0]
    if file.startswith("tests/solutions/"):
        return "grades of " + re.search(r"\[(a\d+)", test)[1]
    return file


@pytest.fixture(scope="session")
def pages(testrun_uid) -> Path:
    """The folder of the self-study edition's pages, built once for all processes of this run."""
    from filelock import FileLock

    from editions.site import BUILD, build_site

    BUILD.mkdir(exist_ok=True)
    with FileLock(BUILD / "pages-for-tests.lock"):
        built_in = BUILD / "pages-for-tests.txt"
        if not built_in.exists() or built_in.read_text() != testrun_uid:
            try:
                build_site("self-study")
            except SystemExit as error:
                pytest.fail(str(error))
            built_in.write_text(testrun_uid)
    return BUILD / "site" / "self-study"
