"""A class graded once, again, after changes and through crashes: the gradebook ends as if nothing had happened.

What it catches: a submission graded twice or not at all, a manual grade lost, a half-written record, a hidden test in
the feedback, a name that a spreadsheet or a terminal would execute.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from grading.course import open_course
from grading.grade import Grading, TestsReject
from grading.journal import Journal
from grading.sandbox import Sandbox, SandboxFault
from tests.grading.tiny import ROOT, hand_in, make_course, written
from tests.grading.walls import needs_walls

FORGE = """\
import ast
class Forge(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
"""
WRONG = {"double": "def double(x):\n    return 1.5 * x"}


@pytest.fixture(scope="module")
def empty_course(tmp_path_factory) -> Path:
    needs_walls()
    return make_course(tmp_path_factory.mktemp("course") / "course")


@pytest.fixture
def course(empty_course, tmp_path) -> Path:
    return shutil.copytree(empty_course, tmp_path / "course", symlinks=True)


def grade(course: Path, *words: str, check: bool = False) -> subprocess.CompletedProcess:
    command = [Path(sys.executable).parent / "unrolled", "grade", *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def recorded(course: Path) -> dict[tuple[str, str], tuple]:
    """Everything the gradebook says about grades."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            (submission.student.id, grade.name): (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
            for submission in gradebook.assignment_submissions("tiny")
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def test_graded_once_and_again_only_what_changed(course):
    for student in ("anna", "ben"):
        hand_in(course, student, written(course))
    first = grade(course, "tiny", "--workers", "1")
    assert first.returncode == 0 and "tiny: 2 graded" in first.stdout, first.stderr
    second = grade(course, "tiny")
    assert second.returncode == 0 and "5 of 5 points" not in second.stdout, "nothing was to be done"
    hand_in(course, "ben", written(course, **WRONG))
    third = grade(course, "tiny")
    assert "ben" in third.stdout and "anna" not in third.stdout
    assert recorded(course)["ben", "hidden-double"][0] == 0 and recorded(course)["anna", "hidden-double"][0] == 2
    again = grade(course, "tiny", "--again", "--student", "anna")
    assert "anna" in again.stdout and "ben" not in again.stdout


def test_dry_run_runs_nothing(course):
    hand_in(course, "anna", b"no notebook")
    hand_in(course, "ben", written(course))
    result = grade(course, "tiny", "--dry-run")
    assert result.returncode == 0 and "not JSON" in result.stdout and "would be run" in result.stdout
    assert recorded(course) == {} and grade(course, "status", "tiny").stdout.count("not graded yet") == 2


def test_manual_grade_stays(course):
    hand_in(course, "anna", written(course, **WRONG))
    grade(course, "tiny", check=True)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.find_grade("hidden-double", "tiny", "tiny", "anna").manual_score = 1.5
        gradebook.db.commit()
    hand_in(course, "anna", written(course))
    grade(course, "tiny", check=True)
    assert recorded(course)["anna", "hidden-double"] == (2, 1.5, True), "the manual grade stays, and asks for a look"
    assert recorded(course)["anna", "hidden-triple"] == (1, None, False)


def test_earlier_score_is_marked_when_the_next_submission_needs_a_person(course):
    hand_in(course, "anna", written(course))
    grade(course, "tiny", check=True)
    hand_in(course, "anna", b"{")
    result = grade(course, "tiny")
    assert result.returncode == 1 and "not JSON" in result.stdout and "earlier submission" in result.stdout
    assert recorded(course)["anna", "hidden-double"] == (2, None, True)
    assert "anna" in grade(course, "quarantine", "tiny").stdout
    hand_in(course, "anna", written(course))
    assert grade(course, "tiny").returncode == 0 and recorded(course)["anna", "hidden-double"] == (2, None, False)


def test_late_penalty_of_nbgraders_plugin(course):
    with open(course / "nbgrader_config.py", "a") as config:
        config.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.update_or_create_assignment("tiny", duedate="2026-01-01 12:00:00 UTC")
    for student, time_ in (("early", "2026-01-01 11:00:00 UTC"), ("late", "2026-01-01 13:00:00 UTC")):
        hand_in(course, student, written(course)).with_name("timestamp.txt").write_text(time_)
    grade(course, "tiny", check=True)
    lines = grade(course, "export", "tiny").stdout.splitlines()
    assert lines == ["Student,Points,Maximum,State", "early,5,5,graded", "late,0,5,graded"]


def test_export_for_platforms_and_spreadsheets(course):
    hand_in(course, "+cmd", written(course))
    hand_in(course, "broken", b"")
    grade(course, "tiny")
    assert "'+cmd,5,5,graded" in grade(course, "export", "tiny").stdout
    assert grade(course, "export", "tiny", "--columns", "moodle").stdout.splitlines()[0] == "username,tiny"
    assert "broken,,," in grade(course, "export", "tiny", "--columns", "plain").stdout


def test_feedback_shows_no_hidden_test_and_no_markup(course):
    code = (
        "def double(x):\n    # <script>alert(1)</script>\n    raise ValueError('<img src=x onerror=alert(2)>\\x1b[2J')"
    )
    hand_in(course, "anna", written(course, double=code))
    result = grade(course, "tiny")
    assert "\x1b" not in result.stdout
    grade(course, "feedback", "tiny", check=True)
    page = (course / "feedback" / "anna" / "tiny" / "tiny.html").read_text()
    assert "<script" not in page and "<img" not in page and "&lt;script&gt;" in page
    assert "ValueError" in page, "the visible test's message"
    for hidden in ("double(5) == 10", "35", "HIDDEN", "double(0.5)", "triple(2)"):
        assert hidden not in page, "a hidden test is shown"
    assert "1 of 5 points" in page


def test_feedback_does_not_pass_on_a_hidden_test(course):
    """A submission finds the text of a test that ran before, and makes a visible check of a later exercise say it."""
    code = "def double(x):\n    raise ValueError('it says: assert double(5) == 10')"
    hand_in(course, "anna", written(course, double=code))
    grade(course, "tiny")
    grade(course, "feedback", "tiny", check=True)
    page = (course / "feedback" / "anna" / "tiny" / "tiny.html").read_text()
    assert "is not shown, for it repeats" in page and "it says" not in page.partition("What you handed in")[0]


def test_the_twentieth_guess_is_the_last(course):
    """Hidden tests that may be asked again and again can be guessed."""
    for factor in (1, 2, 3):
        hand_in(course, "anna", written(course, double=f"def double(x):\n    return {factor} * x"))
        result = grade(course, "tiny", "--most", "2")
    assert result.returncode == 1 and "2 others of theirs" in result.stdout
    assert recorded(course)["anna", "hidden-double"] == (2, None, True), "the second one's, marked as stale"
    hand_in(course, "anna", written(course, double="def double(x):\n    return 2 * x"))
    assert grade(course, "tiny", "--most", "2").returncode == 0, "one that has been graded before says nothing new"
    hand_in(course, "anna", written(course, double="def double(x):\n    return 0.5 * x"))
    assert grade(course, "tiny", "--most", "2", "--again").returncode == 0


def test_what_is_said_of_a_suspicion(course):
    code = "import builtins\nget_ipython().ast_transformers.append(print)\ndef double(x):\n    return 2 * x"
    hand_in(
        course, "anna", written(course, double=code.replace("print", "Forge()").replace("import", FORGE + "import"))
    )
    result = grade(course, "tiny")
    assert result.returncode == 1
    said = grade(course, "quarantine", "tiny").stdout
    assert "| exercise-double: get_ipython().ast_transformers.append(Forge())" in said and "return 2" not in said


def test_names_that_differ_in_case_are_told(course):
    for student in ("anna", "Anna", "ben"):
        hand_in(course, student, written(course))
    said = grade(course, "tiny", check=True).stdout
    assert said.count("differs from it only in upper and lower case") == 2


def test_two_coordinators_do_not_work_at_once(course):
    hand_in(course, "anna", written(course))
    with Journal(open_course(course).journal("tiny")):
        result = grade(course, "tiny")
    assert result.returncode == 2 and "another `unrolled grade`" in result.stderr


def test_tests_that_the_gradebook_does_not_have(course):
    hand_in(course, "anna", written(course))
    source = course / "_build/source/tiny/tiny.ipynb"
    source.write_text(source.read_text().replace("double(5) == 10", "double(6) == 12"))
    result = grade(course, "tiny")
    assert result.returncode == 2 and "nbgrader generate_assignment tiny" in result.stderr


def test_tests_that_reject_the_solution_grade_nobody(course):
    hand_in(course, "anna", written(course))
    source = course / "_build/source/tiny/tiny.ipynb"
    source.write_text(source.read_text().replace("triple(2) == 6", "triple(2) == 7"))
    command = [Path(sys.executable).parent / "nbgrader", "generate_assignment", "tiny"]
    subprocess.run(command, cwd=course, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)
    with pytest.raises(TestsReject, match="hidden-triple"):
        Grading(open_course(course), "tiny").grade(["anna"])
    assert recorded(course) == {}


def test_fault_of_the_sandbox_is_nobodys_zero(course, monkeypatch):
    """A submission whose sandbox fails again and again waits for a person; the others are graded."""
    for student in ("anna", "ben", "cleo"):
        code = f"def double(x):\n    '''{student}'''\n    return 2 * x"
        hand_in(course, student, written(course, double=code))
    run = Sandbox.run

    def fail_for_ben(sandbox, cells, gpu):
        if any("'''ben'''" in cell["code"] for cell in cells):
            run(sandbox, [])  # so that it has been started
            threading.Timer(0.05, sandbox._process.kill).start()
        return run(sandbox, cells)

    monkeypatch.setattr(Sandbox, "run", fail_for_ben)
    entries = Grading(open_course(course), "tiny").grade(["anna", "ben", "cleo"])
    assert {s: e["state"] for s, e in entries.items()} == {"anna": "graded", "ben": "fault", "cleo": "graded"}
    assert ("ben", "hidden-double") not in recorded(course)
    monkeypatch.undo()
    assert Grading(open_course(course), "tiny").grade(["ben"])["ben"]["state"] == "graded"


def test_resubmission_while_graded_wins(course, monkeypatch):
    hand_in(course, "anna", written(course, **WRONG))
    run, calls = Sandbox.run, []

    def hand_in_meanwhile(sandbox, cells, gpu):
        answers = run(sandbox, cells)
        calls.append(cells)
        if len(calls) == 2:  # after the solution's
            hand_in(course, "anna", written(course))
        return answers

    monkeypatch.setattr(Sandbox, "run", hand_in_meanwhile)
    entries = Grading(open_course(course), "tiny").grade(["anna"])
    assert entries["anna"]["points"] == 5 and recorded(course)["anna", "hidden-double"][0] == 2
    log = (open_course(course).journal("tiny") / "anna.log").read_text().splitlines()
    assert [json.loads(line)["state"] for line in log] == ["handed in anew while it was graded", "graded"]


def children_of(process: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process:
            found += [int(stat.parent.name), *children_of(int(stat.parent.name))]
    return found


def test_killed_at_random_moments_the_gradebook_ends_the_same(course, tmp_path):
    """kill -9 of the coordinator, or of a process below it, again and again, until the class is through."""
    choose = random.Random(6)
    for number in range(60):
        body = ["return 2 * x", "return 1.5 * x", "raise NotImplementedError"][number % 3]
        slow = f"import time\ntime.sleep(0.4)\ndef double(x):\n    {body}"  # or it would be over before all are killed
        hand_in(course, f"student-{number:02}", written(course, double=slow))
    undisturbed = shutil.copytree(course, tmp_path / "undisturbed", symlinks=True)
    command = [Path(sys.executable).parent / "unrolled", "grade", "tiny", "--workers", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    plan = [*["coordinator"] * 3, *["below"] * 5]
    choose.shuffle(plan)
    process = None
    while plan:
        if process is None or process.poll() is not None:
            assert process is None or process.returncode != 0, "all are graded, and somebody was still to be killed"
            process = subprocess.Popen(command, cwd=course, env=environment, stdout=subprocess.DEVNULL)
            time.sleep(choose.uniform(4, 6))
        time.sleep(choose.uniform(0, 2))
        below = children_of(process.pid)
        victim = process.pid if plan[-1] == "coordinator" else choose.choice(below) if below else None
        if victim and process.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                plan.pop()
    process.wait()
    grade(course, "tiny", check=True)
    grade(undisturbed, "tiny", check=True)
    assert recorded(course) == recorded(undisturbed) and len(recorded(course)) == 60 * 4
    for notebook in undisturbed.glob("autograded/*/tiny/tiny.ipynb"):
        mine = nbformat.read(course / notebook.relative_to(undisturbed), as_version=4)
        assert [c.source for c in mine.cells] == [c.source for c in nbformat.read(notebook, as_version=4).cells]
    assert not list(course.rglob("*.part"))


def test_closed_sandbox_stays_closed(course):
    sandbox = Sandbox(course)
    sandbox.close()
    with pytest.raises(SandboxFault, match="closed"):
        sandbox.run([])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a small disk")
def test_full_disk(empty_course, tmp_path):
    """Wherever the space runs out, nobody gets a zero for it, and with more space the same command goes on.

    Catches a record of which a half is kept, a job's answers that are cut off, and a traceback in place of a reason.
    """
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", disk], check=True)
    try:
        course = shutil.copytree(empty_course, disk / "course", symlinks=True)
        for student in ("anna", "ben"):
            hand_in(course, student, written(course))
        library = sum(path.stat().st_blocks for path in course.glob("course_lib/**/*")) // 2  # KiB, of its copy
        stopped = []
        for free in (0, library - 8, library + 8, library + 24, library + 40):
            shutil.rmtree(course / "_build/grading/tiny/work", ignore_errors=True)
            (disk / "filler").write_bytes(bytes(shutil.disk_usage(disk).free - (free << 10)))
            full = grade(course, "tiny")
            (disk / "filler").unlink()
            assert full.returncode == 0 or re.fullmatch(r"unrolled: .*(No space left|disk is full).*\n", full.stderr)
            stopped.append(full.returncode)
            assert all(points > 0 for points, *_ in recorded(course).values())
            assert len(recorded(course)) % 4 == 0, "of each submission all or nothing"
        assert stopped.count(2) >= 3
        grade(course, "tiny", check=True)
        assert len(recorded(course)) == 8
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
