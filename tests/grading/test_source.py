"""From text notebooks to nbgrader's source: what is generated, and mistakes that are noticed."""

from pathlib import Path

import nbformat
import pytest

from grading.exercise_code import find_exercises
from grading.source import HIDDEN_BEGIN, HIDDEN_END, first_cell, source_notebook, student_wheel, write_sources
from grading.submission import with_hidden_tests

ROOT = Path(__file__).parents[2]
HEAD = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3}
---

"""


def cell(*lines: str) -> str:
    return "```{code-cell} ipython3\n" + "\n".join(lines) + "\n```\n\n"


def notebook(tmp_path, *cells: str):
    text = tmp_path / "a1.md"
    text.write_text(HEAD + "".join(cells))
    return source_notebook(text, find_exercises(ROOT / "course_lib"), first_cell(ROOT, "a1"))


def test_cells_become_what_their_options_say(tmp_path):
    made = notebook(
        tmp_path,
        "# Title\n\n",
        cell(":start: a1"),
        cell(":exercise: rnn_step"),
        cell(":check: rnn_step", ":points: 2", "", "assert visible"),
        cell(":hidden: rnn_step", ":points: 3", "", "assert secret"),
        cell(":complete: rnn_step"),
        cell(":tags: [skip-execution]", "", "train()"),
    )
    by_id = {c.id: c for c in made.cells}
    kinds = {name: c.metadata.get("nbgrader") for name, c in by_id.items()}
    assert kinds["exercise-rnn_step"]["solution"] and not kinds["exercise-rnn_step"]["grade"]
    assert kinds["check-rnn_step"]["points"] == 2 and kinds["check-rnn_step"]["grade"]
    assert kinds["hidden-rnn_step"]["points"] == 3
    assert kinds["complete-rnn_step"]["locked"] and by_id["complete-rnn_step"].source == "complete(rnn_step)"
    assert by_id["hidden-rnn_step"].source.splitlines()[1:] == [HIDDEN_BEGIN, "assert secret", HIDDEN_END]
    solution = by_id["exercise-rnn_step"].source
    assert solution.startswith("def rnn_step(") and solution.index('"""') < solution.index("### BEGIN SOLUTION")
    assert "torch.tanh" not in solution.partition("### BEGIN SOLUTION")[0], "the solution shows in the part that stays"
    assert made.cells[-1].metadata.tags == ["skip-execution"] and "nbgrader" not in made.cells[-1].metadata
    for c in made.cells:
        if c.cell_type == "code":
            assert not {"exercise", "check", "hidden", "points"} & set(c.metadata)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (cell(":check: rnn_stp", ":points: 1"), "check 'rnn_stp' should name one of: additive_attention, "),
        (
            cell(":hidden: rnn_step", "", "assert 1"),
            "hidden-rnn_step should have `:points:` as a whole number, got None",
        ),
        (cell(":check: rnn_step", ":points: two"), "got 'two'"),
    ],
)
def test_mistakes_in_the_text_notebook_are_noticed(tmp_path, wrong, says):
    with pytest.raises(ValueError, match=says):
        notebook(tmp_path, wrong)


def test_sources_are_written_only_when_they_change():
    paths = write_sources(ROOT)
    assert {path.parent.name for path in paths} == {folder.name for folder in (ROOT / "assignments").iterdir()}
    before = [path.stat().st_mtime_ns for path in paths]
    assert write_sources(ROOT) == paths
    assert [path.stat().st_mtime_ns for path in paths] == before
    for path in paths:
        nbformat.validate(nbformat.read(path, as_version=4))


def test_an_exercise_without_docstring_is_refused(tmp_path):
    (tmp_path / "room.py").write_text('@exercise("a1")\ndef f(x):\n    return x\n')
    with pytest.raises(ValueError, match="exercise f should have a docstring and a body"):
        find_exercises(tmp_path)


def test_submission_brings_code_and_nothing_else():
    """Only the student's solution cells are taken over: not their checks, not their metadata."""
    submitted = nbformat.read(ROOT / "assignments" / "a1" / "a1.ipynb", as_version=4)
    for c in submitted.cells:
        if c.cell_type == "code":
            c.source = "forged = True"
        if c.metadata.get("nbgrader", {}).get("points"):
            c.metadata.nbgrader.points = 100
    submitted.cells = [c for c in submitted.cells if c.get("id") != "exercise-unroll"]
    merged = {c.id: c for c in with_hidden_tests("a1", submitted).cells}
    assert merged["exercise-rnn_step"].source == "forged = True"
    assert "missing" in merged["exercise-unroll"].source
    assert merged["check-rnn_step"].metadata.nbgrader.points == 2 and "forged" not in merged["check-rnn_step"].source
    assert HIDDEN_BEGIN in merged["hidden-rnn_step"].source


def test_student_editions_have_different_versions():
    assert student_wheel("1.2", None) == "unrolled-1.2+student-py3-none-any.whl"
    assert student_wheel("1.2", "a3") == "unrolled-1.2+student.a3-py3-none-any.whl"
    assert "+student-py3" in first_cell(ROOT, "a1") and "+student.a2-py3" in first_cell(ROOT, "a3")
