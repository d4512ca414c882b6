"""Assignment a1, graded by nbgrader itself: the solution, the blank, and every wrong and right answer we know of.

What it catches: hidden tests that let a mistake pass, that blame the wrong exercise, or that reject a right answer.
"""

import ast
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from grading.exercise_code import find_exercises

ROOT = Path(__file__).parents[2]
ASSIGNMENT = "a1"
SOLUTION, BLANK = "solution", "blank"


@dataclass(frozen=True)
class Answer:
    """One function that a student might hand in."""

    exercise: str
    name: str
    mistake: str
    code: str

    @property
    def student(self) -> str:
        return f"{self.exercise}-{self.name}"

    @property
    def is_right(self) -> bool:
        return self.name.startswith("right_")


def read_answers(path: Path) -> list[Answer]:
    """The functions of a file; each is named after its mistake and renamed here to the exercise's name."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            name, mistake = node.name, ast.get_docstring(node)
            node.name = path.stem
            found.append(Answer(path.stem, name, mistake, ast.unparse(node)))
    return found


EXERCISES = sorted(e.name for e in find_exercises(ROOT / "course_lib").values() if e.assignment == ASSIGNMENT)
ANSWERS = [a for name in EXERCISES for a in read_answers(ROOT / "solutions" / ASSIGNMENT / "answers" / f"{name}.py")]


def course_directory(folder: Path) -> Path:
    """A copy of what nbgrader needs, so that no grading leaves traces in the repository."""
    for name in ("course_lib", "solutions", "assignments"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("nbgrader_config.py", "pyproject.toml", "_config.yml"):
        shutil.copy(ROOT / name, folder)
    return folder


def nbgrader(folder: Path, *arguments: str) -> None:
    command = [Path(sys.executable).parent / "nbgrader", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def submit(folder: Path, student: str, code: dict[str, str]) -> None:
    """Hand in the released notebook with these functions written into it."""
    notebook = nbformat.read(folder / "assignments" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
    for cell in notebook.cells:
        exercise = cell.metadata.get("nbgrader", {}).get("grade_id", "").removeprefix("exercise-")
        if exercise in code:
            cell.source = code[exercise]
    target = folder / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    target.parent.mkdir(parents=True)
    nbformat.write(notebook, target)


def scores(folder: Path, student: str) -> dict[str, tuple[float, float]]:
    """Per exercise: the points reached and the points there are."""
    total = dict.fromkeys(EXERCISES, (0.0, 0.0))
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        for grade in gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student).grades:
            exercise = grade.name.partition("-")[2]
            reached, maximum = total[exercise]
            total[exercise] = (reached + grade.score, maximum + grade.max_score)
    return total


def grade_class(folder: Path, code: dict[str, dict[str, str]]) -> dict[str, dict[str, tuple[float, float]]]:
    """Hand in the functions of each student and let nbgrader grade them."""
    for student, functions in code.items():
        submit(folder, student, functions)
    nbgrader(folder, "autograde", ASSIGNMENT)
    return {student: scores(folder, student) for student in code}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A course directory in which nbgrader has generated the assignment."""
    folder = course_directory(tmp_path_factory.mktemp("courses") / "0")
    nbgrader(folder, "generate_assignment", ASSIGNMENT)
    return folder


@pytest.fixture(scope="module")
def graded(course) -> dict[str, dict[str, tuple[float, float]]]:
    """Everything graded with nbgrader's own commands, in four courses at once: a kernel mostly waits."""
    source = nbformat.read(course / "_build" / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)
    solution = {
        cell.metadata.nbgrader.grade_id.removeprefix("exercise-"): cell.source
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    code = {SOLUTION: solution, BLANK: {}}
    code |= {answer.student: {**solution, answer.exercise: answer.code} for answer in ANSWERS}
    folders = [course, *(shutil.copytree(course, course.parent / str(n)) for n in (1, 2, 3))]
    classes = [dict(list(code.items())[n::4]) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        results = {k: v for graded in pool.map(grade_class, folders, classes) for k, v in graded.items()}
    nbgrader(course, "generate_feedback", ASSIGNMENT, "--student", SOLUTION)
    assert (course / "feedback" / SOLUTION / ASSIGNMENT / f"{ASSIGNMENT}.html").stat().st_size > 10_000
    report = ROOT / "_build" / "reports" / f"{ASSIGNMENT}-answers.txt"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("\n".join(_report_line(answer, results[answer.student]) for answer in ANSWERS) + "\n")
    return results


def _report_line(answer: Answer, score: dict[str, tuple[float, float]]) -> str:
    reached, maximum = score[answer.exercise]
    return f"{answer.exercise:24} {answer.name:28} {reached:.0f} of {maximum:.0f}  {answer.mistake}"


def test_solution_has_all_points_and_blank_none(graded):
    assert all(reached == maximum > 0 for reached, maximum in graded[SOLUTION].values())
    assert all(reached == 0 for reached, _ in graded[BLANK].values())


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.student)
def test_answer_gets_what_it_deserves(graded, answer):
    score = graded[answer.student]
    others = {name: points for name, points in score.items() if name != answer.exercise}
    assert all(reached == maximum for reached, maximum in others.values()), f"{answer.mistake} cost points elsewhere"
    reached, maximum = score[answer.exercise]
    if answer.is_right:
        assert reached == maximum, f"a right answer lost points: {answer.mistake}"
    else:
        assert reached < maximum, f"not noticed: {answer.mistake}"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_exercise_has_enough_answers(exercise):
    right = [a for a in ANSWERS if a.exercise == exercise and a.is_right]
    wrong = [a for a in ANSWERS if a.exercise == exercise and a.name.startswith("wrong_")]
    assert len(right) >= 2 and len(wrong) >= 6
    assert all(a.mistake for a in right + wrong)


def test_released_notebook_is_up_to_date(course):
    """Fails if somebody changed the library or the text notebook and did not run `make assignments`."""
    name = Path("assignments") / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    assert (course / name).read_bytes() == (ROOT / name).read_bytes(), "run `make assignments` and commit the result"
