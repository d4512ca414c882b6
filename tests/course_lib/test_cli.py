"""`unrolled check` and `unrolled data`, run as a student would: another process, real notebooks, real kernels."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grading.exercise_code import find_exercises

ROOT = Path(__file__).parents[2]
RELEASED = ROOT / "assignments" / "a1" / "a1.ipynb"


def unrolled(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [Path(sys.executable).parent / "unrolled", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def notebook_with(folder: Path, **code: str) -> Path:
    """The released notebook with the library's solutions, but for these functions."""
    notebook = nbformat.read(RELEASED, as_version=4)
    for cell in notebook.cells:
        exercise = cell.metadata.get("nbgrader", {}).get("grade_id", "").removeprefix("exercise-")
        if cell.metadata.get("nbgrader", {}).get("solution"):
            known = find_exercises(ROOT / "course_lib")[exercise]
            cell.source = code.get(exercise, f"{known.head}\n{known.body}")
    path = folder / "a1.ipynb"
    nbformat.write(notebook, path)
    return path


def test_report_names_what_passed_what_failed_and_why(tmp_path):
    notebook_with(
        tmp_path,
        rnn_step="def rnn_step(x, h, W_xh, W_hh, b):\n    return torch.tanh(x @ W_xh + h @ W_hh)",
        clip_by_norm="def clip_by_norm(gradients, max_norm):\n    raise NotImplementedError()",
        sample_symbol="def sample_symbol(logits, temperature=1.0, generator=None)\n    return 1",
        unroll="def unroll(cell, xs, state=None, lengths=None):\n    return xs.nonsense",
    )
    result = unrolled("check", "a1", cwd=tmp_path)
    print(result.stdout, result.stderr)
    assert result.returncode == 1
    lines = {line.split()[0]: line for line in result.stdout.splitlines() if line.startswith("  ") and line[2] != " "}
    assert "a1: 2 passed, 3 failed, 1 not written yet; 5 of 14 points" in result.stdout
    assert "Tests that are not in this notebook are worth 22 points more." in result.stdout
    assert "passed" in lines["rnn_backward"] and "3 of  3 points" in lines["rnn_backward"]
    assert "not written yet" in lines["clip_by_norm"]
    for says in [
        "the new hidden state is not right: 8 of 8 values differ.",
        "First difference at [0, 0]: expected",
        "(shape (2, 4)).",
        "Look at: the order of the factors",
        "the cell that defines it stops with SyntaxError: expected ':'",
        "AttributeError: 'Tensor' object has no attribute 'nonsense'",
        "in the line: return xs.nonsense",
    ]:
        assert says in result.stdout, says


def test_hidden_tests_find_what_the_visible_ones_let_pass(tmp_path):
    """A self-learner's road: the solution gets everything, an answer that is right for the visible sizes does not."""
    detached = "def rnn_step(x, h, W_xh, W_hh, b):\n    return torch.tanh(x @ W_xh + h @ W_hh + b).detach()"
    notebook_with(tmp_path, rnn_step=detached)
    assert unrolled("check", "a1", cwd=tmp_path).returncode == 0
    result = unrolled("check", "a1", "--hidden", cwd=tmp_path)
    print(result.stdout, result.stderr)
    assert result.returncode == 1
    assert "a1: 5 passed, 1 failed; 33 of 36 points" in result.stdout
    assert "cut off from its inputs" in result.stdout


@pytest.mark.parametrize(
    ("content", "arguments", "says"),
    [
        (None, ["check", "a1"], "no a1.ipynb here: looked for a1.ipynb, a1/a1.ipynb, assignments/a1/a1.ipynb"),
        (None, ["check", "a1", "--notebook", "mine.ipynb"], "No such file or directory: 'mine.ipynb'"),
        ("not json", ["check", "a1"], "a1.ipynb is not a notebook that can be read"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', ["check", "a1"], "no check cells"),
        (None, ["data", "fetch"], "data fetch needs a name: one of bccd, camvid, coco-annotations-2014, "),
        (None, ["data", "fetch", "nietsche"], "no data set is called 'nietsche'"),
    ],
)
def test_what_cannot_be_done_is_said_and_has_exit_code_2(tmp_path, content, arguments, says):
    if content is not None:
        (tmp_path / "a1.ipynb").write_text(content)
    result = unrolled(*arguments, cwd=tmp_path)
    assert result.returncode == 2 and says in result.stderr, result.stderr
    assert "Traceback" not in result.stderr


def test_data_lists_what_there_is(tmp_path):
    (tmp_path / "nietzsche").mkdir()
    (tmp_path / "nietzsche" / "nietzsche.txt").touch()
    lines = unrolled("data", cwd=tmp_path, UNROLLED_DATA=str(tmp_path)).stdout.splitlines()
    assert str(tmp_path) in lines[0]
    assert "nietzsche" in lines[1] and "0.6 MB  here" in lines[1]
    assert "tinyshakespeare" in lines[2] and "1.1 MB  not here" in lines[2]
    assert any("coco-train2017" in line and "19.3 GB  not here" in line for line in lines)
    assert "load_mnist('train', download=True)" in lines[-1]
