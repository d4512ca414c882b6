"""The search for leaks: it finds planted secrets in every kind of file, and raises no false alarm."""

import html
import json
import zipfile
from pathlib import Path

import pytest

from editions.leaks import find_leaks, hidden_tests, solutions_of
from editions.student import remove_solutions
from grading.exercise_code import find_exercises

ROOT = Path(__file__).parents[2]
EXERCISES = find_exercises(ROOT / "course_lib")
SECRETS = solutions_of(list(EXERCISES.values())) + hidden_tests(ROOT)
STEP = "def f(inputs, state, A, B, c):\n    return torch.tanh(inputs @ A + state @ B + c)\n"
BACKWARD = EXERCISES["rnn_backward"].body


def plant(folder: Path, disguise: str, code: str) -> None:
    """Put code into a folder in one of the ways in which it could go out."""
    cell = {"cell_type": "code", "metadata": {}, "source": code.splitlines(keepends=True), "outputs": []}
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    if disguise == "module":
        (folder / "helpers.py").write_text(code)
    elif disguise == "notebook":
        (folder / "a2.ipynb").write_text(notebook)
    elif disguise == "page":
        coloured = html.escape(code).replace("torch", '<span class="n">torch</span>')
        (folder / "page.html").write_text(f"<p>Look:</p><pre>{coloured}</pre>")
    elif disguise == "markdown":
        (folder / "README.md").write_text(f"Some text.\n\n```python\n{code}```\n")
    elif disguise == "wheel":
        with zipfile.ZipFile(folder / "x.whl", "w") as archive:
            archive.writestr("course_lib/x.py", code)
    elif disguise == "notebook in a zip":
        with zipfile.ZipFile(folder / "x.zip", "w") as archive:
            archive.writestr("a1/a1.ipynb", notebook)


DISGUISES = ["module", "notebook", "page", "markdown", "wheel", "notebook in a zip"]


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_planted_solution_is_found(tmp_path, disguise):
    plant(tmp_path, disguise, STEP)  # with other names
    (leak,) = find_leaks(tmp_path, SECRETS)
    assert leak.endswith("contains the solution of rnn_step")


@pytest.mark.parametrize("disguise", DISGUISES)
def test_planted_hidden_tests_are_found(tmp_path, disguise):
    source = (ROOT / "solutions" / "a1" / "a1.md").read_text()
    tests = source.partition(":hidden: clip_by_norm")[2].partition("```")[0].partition("\n\n")[2]
    plant(tmp_path, disguise, tests.replace("gradients", "gs"))
    (leak,) = find_leaks(tmp_path, SECRETS)
    assert leak.endswith("contains the hidden tests of clip_by_norm in a1")


@pytest.mark.parametrize(
    "change",
    [
        lambda code: code.replace("d_a", "delta").replace("d_h_next", "future"),  # other names
        lambda code: code.replace("\n", "\n\n").replace(" = ", "  =  "),  # other layout
        lambda code: code.replace("#", "# a comment instead of"),
        lambda code: "\n".join(line for line in code.splitlines() if "d_b" not in line),  # incomplete
    ],
)
def test_disguises_of_code(tmp_path, change):
    (tmp_path / "x.py").write_text("import torch\n\n\ndef g(d_hs, xs, hs, h_0, W_xh, W_hh):\n" + change(BACKWARD))
    assert any("rnn_backward" in leak for leak in find_leaks(tmp_path, SECRETS))


def test_a_page_that_prints_the_solution_in_pieces_is_found(tmp_path):
    """Not parseable as Python: the comparison of lines has to find it."""
    numbered = "\n".join(f"{n:3}: {line}" for n, line in enumerate(BACKWARD.splitlines()))
    (tmp_path / "page.html").write_text(f"<div>{html.escape(numbered)}</div>")
    assert any("rnn_backward" in leak for leak in find_leaks(tmp_path, SECRETS))


def test_what_students_may_see_is_no_leak(tmp_path):
    """The chapters' own derivations, the released notebook, the library without its exercises."""
    for chapter in (ROOT / "book").glob("*.md"):
        (tmp_path / chapter.name).write_text(chapter.read_text())
    for notebook in (ROOT / "assignments").glob("*/*.ipynb"):
        (tmp_path / notebook.name).write_text(notebook.read_text())
    library = tmp_path / "course_lib"
    for path in (ROOT / "course_lib").rglob("*.py"):
        copy = library / path.relative_to(ROOT / "course_lib")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    too_plain = {"word_embedding", "picture_at_every_step"}  # to be told from anybody's code
    assert len(find_leaks(tmp_path, SECRETS)) == len(EXERCISES.keys() - too_plain), "the full library shows all, once"
    remove_solutions(library, through=None)
    assert find_leaks(tmp_path, SECRETS) == []
    for exercise in find_exercises(library).values():
        assert exercise.body == f'    raise Unfinished("{exercise.assignment}", "{exercise.name}")'
        assert exercise.head == EXERCISES[exercise.name].head, "signature and docstring stay"


def test_exercises_of_earlier_assignments_stay(tmp_path):
    (tmp_path / "room.py").write_text(
        "from ..exercises import exercise\n\n"
        '\n@exercise("a1")\ndef f(x):\n    """F."""\n    return x + 1\n\n'
        '\n@exercise("a2")\ndef g(x):\n    """G."""\n    y = x\n    return y\n\n\nz = 1\n'
    )
    assert [e.name for e in remove_solutions(tmp_path, through="a1")] == ["g"]
    assert (tmp_path / "room.py").read_text() == (
        "from ..exercises import Unfinished, exercise\n\n"
        '\n@exercise("a1")\ndef f(x):\n    """F."""\n    return x + 1\n\n'
        '\n@exercise("a2")\ndef g(x):\n    """G."""\n    raise Unfinished("a2", "g")\n\n\nz = 1\n'
    )
