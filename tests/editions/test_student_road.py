"""The student's road, as a student walks it: a fresh environment, pip install of the wheel, the notebook, Jupyter.

The environment has the oldest versions that pyproject.toml allows of PyTorch, and Python 3.12 where this machine has
one; everything else is tested with the newest. So both ends of the stated ranges are walked.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from editions.leaks import find_leaks, hidden_tests, solutions_of
from editions.student import build_student_edition
from grading.exercise_code import find_exercises

ROOT = Path(__file__).parents[2]
DEPENDENCIES = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]


def run(*command, cwd: Path, **environment: str) -> subprocess.CompletedProcess:
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(list(map(str, command)), cwd=cwd, env=clean | environment, capture_output=True, text=True)


def another_python() -> str:
    """Python 3.12, if this machine has one."""
    candidates = [shutil.which("python3.12"), *Path.home().glob(".pyenv/versions/3.12*/bin/python")]
    for candidate in filter(None, candidates):
        if subprocess.run([candidate, "-c", "import venv"], capture_output=True).returncode == 0:
            return str(candidate)
    return sys.executable


def oldest(package: str) -> str:
    """The lower end of a dependency's range, as a requirement: torch==2.11.*"""
    (requirement,) = [d for d in DEPENDENCIES if re.match(rf"{package}\b", d)]
    return f"{package}=={re.search(r'>=([0-9.]+)', requirement)[1]}.*"


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory) -> Path:
    """The folder that students get."""
    folder = tmp_path_factory.mktemp("handed-out") / "student"
    build_student_edition(folder, through=None)
    return folder


@pytest.fixture(scope="module")
def tools(handed_out) -> Iterator[Path]:
    """A fresh environment with the wheel and nothing else; the folder of its programs. It has 7 GB: it goes at once."""
    environment = handed_out.parent / "venv"
    subprocess.run([another_python(), "-m", "venv", environment], check=True)
    (wheel,) = handed_out.glob("*.whl")
    programs = environment / "bin"
    result = run(
        programs / "pip",
        "install",
        wheel,
        oldest("torch"),
        oldest("torchvision"),
        "pytest",
        "pycocoevalcap",
        cwd=handed_out,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    yield programs
    shutil.rmtree(environment)


def solved(handed_out: Path, folder: Path, training: bool) -> Path:
    """A copy of the released notebook with all functions written."""
    notebook = nbformat.read(handed_out / "a1" / "a1.ipynb", as_version=4)
    exercises = find_exercises(ROOT / "course_lib")
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            exercise = exercises[cell.metadata.nbgrader.grade_id.removeprefix("exercise-")]
            cell.source = f"{exercise.head}\n{exercise.body}"
        if training:
            cell.metadata.tags = []
    nbformat.write(notebook, folder / "a1.ipynb")
    return folder / "a1.ipynb"


def test_nothing_leaks(handed_out):
    secrets = solutions_of(list(find_exercises(ROOT / "course_lib").values())) + hidden_tests(ROOT)
    assert find_leaks(handed_out.parent, secrets) == []
    assignments = {p.name for p in (ROOT / "assignments").iterdir()}
    found = {p.name for p in handed_out.iterdir()}
    assert found == {"README.md", *assignments, "unrolled-0.1.0+student-py3-none-any.whl"}
    assert not [
        p for p in handed_out.rglob("*") if "answers" in p.name or (p.suffix == ".md" and p.name != "README.md")
    ]


def test_only_what_a_student_needs_is_installed(tools, handed_out):
    names = run(tools / "pip", "list", "--format=freeze", cwd=handed_out).stdout.lower()
    assert "jupyterlab==" in names and "torch==" + oldest("torch").removeprefix("torch==").removesuffix(".*") in names
    assert not re.search(r"^(nbgrader|jupyter-book|sphinx|playwright)==", names, flags=re.MULTILINE)


def test_blank_notebook_says_where_to_begin(tools, handed_out):
    result = run(tools / "unrolled", "check", "a1", cwd=handed_out)
    assert result.returncode == 1, result.stderr
    assert "a1: 6 not written yet; 0 of 14 points" in result.stdout
    result = run(tools / "unrolled", "check", "a1", "--hidden", cwd=handed_out)
    assert result.returncode == 2 and "--hidden needs the full edition" in result.stderr


def test_library_names_the_function_to_write(tools, handed_out):
    code = "from course_lib.language import *; from course_lib.recurrent import *; import torch; "
    code += "LanguageModel(RNNCell(3, 4), 3)(torch.zeros(1, 2, dtype=torch.long))"
    result = run(tools / "python", "-c", code, cwd=handed_out)
    assert "unroll is an exercise of assignment a1 and is not written yet: write it in a1.ipynb" in result.stderr


def test_written_functions_pass_the_checks(tools, handed_out, tmp_path):
    solved(handed_out, tmp_path, training=False)
    result = run(tools / "unrolled", "check", "a1", cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "a1: 6 passed; 14 of 14 points" in result.stdout


def test_model_trains_and_writes_on_the_students_functions(tools, handed_out, tmp_path):
    """The whole notebook with its training, in the edition that has no solutions: it can only be the student's code."""
    path = solved(handed_out, tmp_path, training=True)
    jupyter = [tools / "jupyter", "nbconvert", "--to", "notebook", "--execute", "--inplace", path]
    # One thread: two that wait for each other at every small product take ten times as long beside another program.
    result = run(*jupyter, "--ExecutePreprocessor.timeout=600", cwd=tmp_path, OMP_NUM_THREADS="1")
    assert result.returncode == 0, result.stderr[-3000:]
    cells = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"}
    printed = {name: "".join(o.get("text", "") for o in cell.outputs) for name, cell in cells.items()}
    assert "All is well." in printed["start-a1"], printed["start-a1"]
    everything = "\n".join(printed.values())
    assert len(re.findall(r"^\w+ +yours$", everything, flags=re.MULTILINE)) == 6
    difference = float(re.search(r"largest difference between the two losses: (\S+)", everything)[1])
    assert difference < 1e-2, "autograd and rnn_backward disagree"
    surprises = [float(nats) for nats in re.findall(r"epoch \d: ([0-9.]+) nats", everything)]
    assert len(surprises) == 3 and surprises[2] < surprises[0] and surprises[2] < 2.0


def test_jupyter_opens_the_notebook(tools, handed_out):
    command = [
        tools / "jupyter",
        "lab",
        "--no-browser",
        "--allow-root",
        "--port=0",
        "--ServerApp.token=t",
        "--port-retries=0",
    ]
    log = handed_out.parent / "jupyter.log"
    with open(log, "w") as output:
        server = subprocess.Popen(list(map(str, command)), cwd=handed_out, stdout=output, stderr=output)
    try:
        for _ in range(120):
            time.sleep(0.5)
            if address := re.search(r"http://(?:localhost|127\.0\.0\.1):(\d+)/lab", log.read_text()):
                break
        url = f"http://127.0.0.1:{address[1]}/api/contents/a1/a1.ipynb?token=t&content=0"
        with urllib.request.urlopen(url) as answer:
            assert answer.status == 200
    finally:
        server.terminate()
        server.wait(timeout=20)


def test_full_library_runs_on_the_oldest_versions(tools, handed_out):
    """The library's own tests, on the full edition, in this environment."""
    tests = ROOT / "tests" / "course_lib"
    options = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib", "--ignore", tests / "test_cli.py"]
    result = run(tools / "python", "-m", "pytest", tests, *options, cwd=ROOT, PYTHONPATH=str(ROOT))
    assert result.returncode == 0, result.stdout[-3000:]
