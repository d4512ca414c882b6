"""Building the site: fetch what it serves itself, draw the diagrams, run the chapters, let Jupyter Book write it."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .vendor import FOR_THE_SITE, fetch_vendored

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent  # where the tools of this environment are
BOOK, BUILD = ROOT / "book", ROOT / "_build"
EXECUTION = BUILD / "execution"  # the chapters' outputs, by content; _config.yml names it too


def build_site(edition: str, through: str | None = None) -> Path:
    """Build one edition, "self-study" or "public", strictly; returns the folder of its pages.

    The chapters' notebooks install the student edition in which the exercises up to `through` are filled in.

    Raises:
        SystemExit: a cell failed or Sphinx warned.
    """
    fetch_vendored(FOR_THE_SITE, BUILD / "vendor" / "vendor")
    subprocess.run([sys.executable, "diagrams.py"], cwd=BOOK / "figures", check=True)
    work, pages = BUILD / "site" / f"{edition}-work", BUILD / "site" / edition
    library = [*ROOT.glob("course_lib/**/*.*"), ROOT / "constraints.txt"]
    rest = [p for folder in ("_ext", "assets", "figures") for p in BOOK.rglob(f"{folder}/*")]
    _empty_if_changed(EXECUTION, library)
    _empty_if_changed(work, [*library, *rest, *ROOT.glob("benchmarks/results/*"), ROOT / "_config.yml"])
    environment = {
        **os.environ,
        "UNROLLED_EDITION": edition,
        "TQDM_DISABLE": "1",  # progress bars have no place in a page
        "OMP_NUM_THREADS": "1",  # chapters run side by side, and give the same numbers on any number of cores
        "PYTHONPATH": str(ROOT),
    }
    if through:
        environment["UNROLLED_THROUGH"] = through
    environment.pop("UNROLLED_DATA", None)  # the site is built from what everybody has
    _run_chapters(environment)
    command = [BIN / "jupyter-book", "build", BOOK, "--path-output", work]
    command += ["--config", ROOT / "_config.yml", "--toc", ROOT / "_toc.yml", "-W", "-n", "--keep-going", "-q"]
    if subprocess.run(list(map(str, command)), env=environment, cwd=ROOT).returncode:
        raise SystemExit("The site was not built: see the errors above.")
    shutil.rmtree(pages, ignore_errors=True)
    shutil.copytree(work / "_build" / "html", pages)
    return pages


def _run_chapters(environment: dict[str, str]) -> None:
    """Run all chapters whose outputs are not cached, several at once; Sphinx then finds them in the cache.

    A chapter that fails here is run again by Sphinx, which reports the error.
    """
    chapters = [str(p) for p in sorted(BOOK.glob("*.md")) if "file_format: mystnb" in p.read_text(encoding="utf-8")]
    cache = ["-p", str(EXECUTION)]
    quiet = {"env": environment, "cwd": ROOT, "capture_output": True, "check": True}
    print("Running the chapters whose outputs are not cached ...", flush=True)
    subprocess.run([BIN / "jcache", "notebook", *cache, "add", "-r", "myst_nb_md", *chapters], **quiet)
    subprocess.run([BIN / "jcache", "project", *cache, "execute", "-e", "local-parallel", "-t", "300"], **quiet)


def _empty_if_changed(folder: Path, inputs: list[Path]) -> None:
    """Remove what was built in a folder from other inputs than these."""
    digest = hashlib.sha256()
    for path in sorted(inputs):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    stamp = folder / "built-from.txt"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stamp.write_text(digest.hexdigest())
