"""Assignments graded by nbgrader itself: the solution, the blank, and every wrong and right answer we know of.

What it catches: hidden tests that let a mistake pass, that blame the wrong exercise, or that reject a right answer.

Each of the submissions carries answers to two thirds of the exercises and the library's solutions of the others,
which must keep all their points whatever is wrong beside them. Which these are changes from submission to submission.
"""

import ast
import functools
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from grading.course import open_course
from grading.exercise_code import find_exercises
from grading.grade import Grading
from tests.grading.walls import needs_walls

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = sorted(path.parent.name for path in ROOT.glob("solutions/*/*.md") if path.stem == path.parent.name)
SOLUTION, BLANK = "solution", "blank"

Points = tuple[float, float]  # reached, and the most there are
Scores = dict[str, Points]  # by exercise


@dataclass(frozen=True)
class Answer:
    """One function that a student might hand in."""

    assignment: str
    exercise: str
    name: str
    mistake: str
    code: str

    @property
    def is_right(self) -> bool:
        return self.name.startswith("right_")

    def __str__(self) -> str:
        return f"{self.assignment}-{self.exercise}-{self.name}"


def read_answers(assignment: str, path: Path) -> list[Answer]:
    """The functions of a file; each is named after its mistake and renamed here to the exercise's name."""
    found = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body if path.exists() else []:
        if isinstance(node, ast.FunctionDef):
            name, mistake = node.name, ast.get_docstring(node)
            node.name = path.stem
            found.append(Answer(assignment, path.stem, name, mistake, ast.unparse(node)))
    return found


EXERCISES = {
    assignment: sorted(e.name for e in find_exercises(ROOT / "course_lib").values() if e.assignment == assignment)
    for assignment in ASSIGNMENTS
}
ANSWERS = [
    answer
    for assignment, names in EXERCISES.items()
    for name in names
    for answer in read_answers(assignment, ROOT / "solutions" / assignment / "answers" / f"{name}.py")
]


def submissions(assignment: str) -> dict[str, list[Answer]]:
    """Which answers each student hands in: one each to most of the exercises, those that have the most left."""
    left = {
        name: [a for a in ANSWERS if (a.assignment, a.exercise) == (assignment, name)] for name in EXERCISES[assignment]
    }
    most, shuffle = max(1, 2 * len(left) // 3), random.Random(0).shuffle
    classes: dict[str, list[Answer]] = {}
    while any(left.values()):
        names = list(left)
        shuffle(names)  # among equals, other neighbours every time
        names.sort(key=lambda name: len(left[name]), reverse=True)
        classes[f"student-{len(classes)}"] = [left[name].pop(0) for name in names[:most] if left[name]]
    return classes


@dataclass(frozen=True)
class Graded:
    """All submissions of an assignment and what nbgrader made of them."""

    course: Path  # the course directory in which the solution was graded
    ours: Path  # another, in which the same class is handed in and nobody is graded yet
    handed_in: dict[str, list[Answer]]
    scores: dict[str, Scores]  # by student

    def student_of(self, answer: Answer) -> str:
        return next(student for student, answers in self.handed_in.items() if answer in answers)


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
    with tempfile.TemporaryDirectory() as sockets:  # files, since several gradings at once race for the same TCP ports
        command += ["--KernelManager.transport=ipc", f"--KernelManager.ip={sockets}/kernel"]
        result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def submit(folder: Path, assignment: str, student: str, code: dict[str, str]) -> None:
    """Hand in the released notebook with these functions written into it."""
    notebook = nbformat.read(folder / "assignments" / assignment / f"{assignment}.ipynb", as_version=4)
    for cell in notebook.cells:
        exercise = cell.metadata.get("nbgrader", {}).get("grade_id", "").removeprefix("exercise-")
        if exercise in code:
            cell.source = code[exercise]
    target = folder / "submitted" / student / assignment / f"{assignment}.ipynb"
    target.parent.mkdir(parents=True)
    nbformat.write(notebook, target)


def scores(folder: Path, assignment: str, student: str) -> Scores:
    """Per exercise: the points reached and the points there are."""
    total = dict.fromkeys(EXERCISES[assignment], (0.0, 0.0))
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        for grade in gradebook.find_submission_notebook(assignment, assignment, student).grades:
            exercise = grade.name.partition("-")[2]
            reached, maximum = total[exercise]
            total[exercise] = (reached + grade.score, maximum + grade.max_score)
    return total


def grade_class(folder: Path, assignment: str, code: dict[str, dict[str, str]]) -> dict[str, Scores]:
    """Hand in the functions of each student and let nbgrader grade them."""
    for student, functions in code.items():
        submit(folder, assignment, student, functions)
    nbgrader(folder, "autograde", assignment)
    return {student: scores(folder, assignment, student) for student in code}


def grade_all(assignment: str, course: Path) -> Graded:
    """Everything graded with nbgrader's own commands, in four courses at once: a kernel mostly waits."""
    source = nbformat.read(course / "_build" / "source" / assignment / f"{assignment}.ipynb", as_version=4)
    solution = {
        cell.metadata.nbgrader.grade_id.removeprefix("exercise-"): cell.source
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    handed_in = submissions(assignment)
    code = {SOLUTION: solution, BLANK: {}}
    code |= {student: solution | {a.exercise: a.code for a in answers} for student, answers in handed_in.items()}
    ours = shutil.copytree(course, course.parent / "ours")
    for student, functions in code.items():
        submit(ours, assignment, student, functions)
    folders = [course, *(shutil.copytree(course, course.parent / str(n)) for n in (1, 2, 3))]
    classes = [dict(list(code.items())[n::4]) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        results = pool.map(grade_class, folders, [assignment] * 4, classes)
        graded = Graded(
            course, ours, handed_in, {student: score for result in results for student, score in result.items()}
        )
    _write_report(assignment, graded)
    return graded


def _write_report(assignment: str, graded: Graded) -> None:
    """_build/reports/a1-answers.txt: what every answer got."""
    lines = []
    for answer in (a for a in ANSWERS if a.assignment == assignment):
        reached, maximum = graded.scores[graded.student_of(answer)][answer.exercise]
        lines.append(f"{answer.exercise:24} {answer.name:36} {reached:.0f} of {maximum:.0f}  {answer.mistake}\n")
    report = ROOT / "_build" / "reports" / f"{assignment}-answers.txt"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> Callable[[str], Path]:
    """Makes a course directory with the released assignment when it is first asked for."""

    @functools.cache
    def generate(assignment: str) -> Path:
        course = course_directory(tmp_path_factory.mktemp(assignment) / "0")
        nbgrader(course, "generate_assignment", assignment)
        return course

    return generate


@pytest.fixture(scope="module")
def graded(generated) -> Callable[[str], Graded]:
    """Grades an assignment's answers when it is first asked for."""
    return functools.cache(lambda assignment: grade_all(assignment, generated(assignment)))


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_solution_has_all_points_and_blank_none(graded, assignment):
    results = graded(assignment).scores
    assert all(reached == maximum > 0 for reached, maximum in results[SOLUTION].values())
    assert all(reached == 0 for reached, _ in results[BLANK].values())


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_answer_gets_what_it_deserves(graded, answer):
    results = graded(answer.assignment)
    reached, maximum = results.scores[results.student_of(answer)][answer.exercise]
    if answer.is_right:
        assert reached == maximum, f"a right answer lost points: {answer.mistake}"
    else:
        assert reached < maximum, f"not noticed: {answer.mistake}"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_wrong_answers_cost_points_in_their_own_exercise_only(graded, assignment):
    results = graded(assignment)
    for student, answers in results.handed_in.items():
        beside = results.scores[student].keys() - {answer.exercise for answer in answers}
        for exercise in beside:
            reached, maximum = results.scores[student][exercise]
            assert reached == maximum, f"{exercise} lost points beside {', '.join(map(str, answers))}"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_our_runner_gives_the_same_points(graded, assignment):
    """In the sandbox, on a library without this assignment's solutions, without a false alarm."""
    needs_walls()
    results = graded(assignment)
    grading = Grading(open_course(results.ours), assignment)
    entries = grading.grade(list(results.scores))
    assert {s: e["why"] for s, e in entries.items() if e["state"] != "graded"} == {}
    for student, theirs in results.scores.items():
        assert scores(results.ours, assignment, student) == theirs, student


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_any_two_exercises_are_sometimes_apart(assignment):
    """Otherwise the points of one could hang on the other, and nobody would notice."""
    for one in EXERCISES[assignment]:
        carried = [{a.exercise for a in answers} for answers in submissions(assignment).values()]
        beside = set().union(*(set(EXERCISES[assignment]) - names for names in carried if one in names))
        assert beside == set(EXERCISES[assignment]) - {one}


@pytest.mark.parametrize(
    ("assignment", "exercise"), [(assignment, name) for assignment, names in EXERCISES.items() for name in names]
)
def test_every_exercise_has_enough_answers(assignment, exercise):
    answers = [a for a in ANSWERS if (a.assignment, a.exercise) == (assignment, exercise)]
    right = [a for a in answers if a.is_right]
    wrong = [a for a in answers if a.name.startswith("wrong_")]
    assert len(right) >= 2 and len(wrong) >= 6 and len(right) + len(wrong) == len(answers)
    assert all(a.mistake for a in answers)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_feedback_is_written(graded, assignment):
    course = graded(assignment).course
    nbgrader(course, "generate_feedback", assignment, "--student", SOLUTION)
    assert (course / "feedback" / SOLUTION / assignment / f"{assignment}.html").stat().st_size > 10_000


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_released_notebook_is_up_to_date(generated, assignment):
    """Fails if somebody changed the library or the text notebook and did not run `make assignments`."""
    name = Path("assignments") / assignment / f"{assignment}.ipynb"
    assert (generated(assignment) / name).read_bytes() == (ROOT / name).read_bytes(), (
        "run `make assignments` and commit the result"
    )
