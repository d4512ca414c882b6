"""What the sandbox is asked to run for one submission, and what its answers are worth.

Before each test stands a canary, a cell of which we know how it must end. It counts the assertions and comparisons that
find a difference where there is one, asks the test about a function that does nothing but fail, and has to end with an
error that tells a number which nobody could know. If it ends otherwise, something in the kernel has been bent, and a
person looks at the submission. If the process ends instead of answering, the test does not count.
"""

import ast
import math
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from textwrap import indent

from nbformat import NotebookNode, from_dict

from .inside.client import DIED, ERROR, MEMORY, OK, TIMEOUT
from .sandbox import Limits
from .sanitize import is_run, is_solution, is_test, name
from .source import HIDDEN_BEGIN

CHECKS = {  # calls of the course's own checks that must not pass
    "check_close": "check_close('', torch.tensor([{0}.0]), torch.tensor([{1}.0]), '')",
    "check_true": "check_true('', {0} == {1}, '')",
    "check_unchanged": "check_unchanged('', torch.tensor([{0}.0]), torch.tensor([{1}.0]))",
}
COMPARISONS = (
    "torch.allclose(torch.tensor({0}.0), torch.tensor({1}.0))",
    "torch.isclose(torch.tensor({0}.0), torch.tensor({1}.0))",
    "torch.equal(torch.tensor({0}), torch.tensor({1}))",
)
CANARY = """\
import torch


class Canary{nonce}(Exception):
    def _render_traceback_(self):
        return []


def {subject}_{nonce}(*_, **__):
    raise Canary{nonce}


seen_{nonce} = {nonce}
{comparisons}
kept_{nonce}, {subject} = globals().get({subject!r}), {subject}_{nonce}
try:
{test}
except:
    seen_{nonce} += {weight}
finally:
    del {subject}
    if kept_{nonce} is not None:
        {subject} = kept_{nonce}
raise Canary{nonce}(seen_{nonce})
"""
COMPARISON = """try:
    {line}
except AssertionError:
    seen_{nonce} += 1"""
WEIGHT = 100  # of the test, which so can be told from the comparisons; there are fewer
REASONS = {
    TIMEOUT: "stopped: it took longer than it may",
    MEMORY: "stopped: it used more memory than it may",
    DIED: "its process ended",
    "not run": "not run: the time for the whole notebook was over, or its process had ended too often",
}
UNANSWERED = "not counted: the process ended, or took too long, when the runner asked whether its tests can fail"


@dataclass(frozen=True)
class Step:
    """One cell to run: the notebook's, or a canary, of whose answer `suspicion` says what is wrong, if anything."""

    code: str
    cell: NotebookNode | None = None
    suspicion: Callable[[dict], str] | None = None


@dataclass(frozen=True)
class TestResult:
    """What a test cell gave."""

    name: str
    points: float
    maximum: float
    status: str
    message: str
    seconds: float
    hidden: bool  # students do not see this test


@dataclass(frozen=True)
class Verdict:
    """All results of a submission, and why a person should look at it, if so."""

    results: list[TestResult]
    suspicions: list[str]
    notebook: NotebookNode  # with the outputs
    seconds: float
    peak_mib: float


def plan(notebook: NotebookNode, secret: str) -> list[Step]:
    """The steps for a sanitized notebook: its cells in order, before each test a canary with numbers of the secret."""
    choose = random.Random(secret)
    written = {name(cell) for cell in notebook.cells if is_solution(cell)}
    steps = []
    for cell in filter(is_run, notebook.cells):
        if is_test(cell):
            steps.append(canary(cell, written, choose))
        steps.append(Step(cell.source, cell))
    return steps


def as_cells(steps: list[Step], limits: Limits) -> list[dict]:
    """The steps as the sandbox takes them. Canaries are not run again after a kernel's end."""
    return [{"code": s.code, "seconds": limits.seconds_per_cell, "replay": s.cell is not None} for s in steps]


def canary(test: NotebookNode, written: set[str], choose: random.Random) -> Step:
    """The cell that is run before a test: it must fail for a broken function; asserts and comparisons must work."""
    a, b, nonce = choose.randrange(100, 1000), choose.randrange(1100, 2000), choose.randrange(10**12, 2 * 10**12)
    tree = ast.parse(test.source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    subject, asked = test.metadata.nbgrader.grade_id.partition("-")[2], ast.unparse(tree)
    if f"exercise-{subject}" not in written or subject not in used:
        subject, asked = "nobodys_function", "nobodys_function()"
    checks = [code.format(a, b) for check, code in CHECKS.items() if check in used]
    wrong = [f"assert {a} + {b} == {a + b + 1}", *(f"assert {c.format(a, b)}" for c in COMPARISONS), *checks]
    code = CANARY.format(
        nonce=nonce,
        subject=subject,
        comparisons="\n".join(COMPARISON.format(line=line, nonce=nonce) for line in wrong),
        test=indent(asked, "    "),
        weight=WEIGHT,
    )

    def suspicion(answer: dict) -> str:
        expected = nonce + len(wrong) + WEIGHT
        if answer["status"] != ERROR or answer.get("ename") != f"Canary{nonce}":
            return f"an error that we raised did not arrive ({_told(answer)})"
        if answer.get("evalue") == str(expected - WEIGHT):
            return "a test passed a function that does nothing but fail"
        return "" if answer.get("evalue") == str(expected) else "an assertion or a comparison that is wrong passed"

    return Step(code, suspicion=suspicion)


def judge(steps: list[Step], answers: list[dict], notebook: NotebookNode, numbers: set[str]) -> Verdict:
    """Points for each test, outputs for each cell. The tests in `numbers` give part of their points by a number."""
    results, suspicions = [], []
    broken: dict[str, str] = {}  # exercise -> how the cell that defines it ended, if not well
    unanswered = False  # a canary before the next test got no answer
    for step, answer in zip(steps, answers, strict=True):
        if step.cell is None:
            unanswered |= answer["status"] not in (OK, ERROR)
            if not unanswered and (suspicion := step.suspicion(answer)):
                suspicions.append(suspicion)
        else:
            step.cell.outputs = _outputs(answer)
            step.cell.execution_count = len(results) + 1
            _, _, subject = name(step.cell).partition("-")
            if is_solution(step.cell) and answer["status"] != OK:
                broken[subject] = f"the cell that defines it: {_told(answer)}"
            if is_test(step.cell):
                result, suspicion = _points(step.cell, answer, name(step.cell) in numbers, broken.get(subject))
                not_counted = unanswered and result.status == OK
                results.append(replace(result, points=0.0, message=UNANSWERED) if not_counted else result)
                suspicions += suspicion
                unanswered = False
    return Verdict(
        results,
        list(dict.fromkeys(suspicions)),
        notebook,
        seconds=round(sum(answer.get("seconds", 0) for answer in answers), 3),
        peak_mib=round(max((answer.get("peak", 0) for answer in answers), default=0) / 2**20, 1),
    )


def _points(cell: NotebookNode, answer: dict, number: bool, broken: str | None) -> tuple[TestResult, list[str]]:
    """A test is passed if it ran to its end; a number as its result is taken for part of the points, as in nbgrader."""
    about, status = cell.metadata.nbgrader, answer["status"]
    maximum, suspicion = float(about.points), []
    if status != OK:
        points = 0.0
    elif number or _result(answer) is not None:
        points, suspicion = _partial(_result(answer), maximum, number)
        suspicion = [f"{about.grade_id}: {text}" for text in suspicion]
    else:
        points = maximum
    message = (broken or _told(answer)) if status != OK else ""
    hidden = HIDDEN_BEGIN in cell.source
    seconds = answer.get("seconds", 0.0)
    return TestResult(about.grade_id, points, maximum, status, message, seconds, hidden), suspicion


def _partial(text: str | None, maximum: float, must: bool) -> tuple[float, list[str]]:
    try:
        number = float(text)
    except (TypeError, ValueError):  # fine where the test only happens to end with an expression
        return (0.0, [f"its result is no number but {text!r:.60}"]) if must else (maximum, [])
    if math.isnan(number) or number < 0:
        return 0.0, []
    if number > maximum:
        return 0.0, [f"its result is {text}, more than the {maximum:g} points there are"]
    return number, []


def tests_with_numbers(steps: list[Step], answers: list[dict]) -> set[str]:
    """The tests that gave a number for the instructor's own solution."""
    found = set()
    for step, answer in zip(steps, answers, strict=True):
        if step.cell is not None and is_test(step.cell) and _result(answer) is not None:
            with suppress(ValueError):
                float(_result(answer))
                found.add(name(step.cell))
    return found


def _result(answer: dict) -> str | None:
    """The text of a cell's result."""
    texts = [o["data"].get("text/plain") for o in answer["outputs"] if o["output_type"] == "execute_result"]
    return texts[-1] if texts else None


def _told(answer: dict) -> str:
    """How a cell ended, in one line or a few."""
    if answer["status"] in REASONS:
        return REASONS[answer["status"]]
    if answer["status"] == OK:
        return "it ran to its end"
    return f"{answer.get('ename')}: {answer.get('evalue')}"


def _outputs(answer: dict) -> list[NotebookNode]:
    """What a cell showed, and why it was stopped."""
    outputs = list(answer["outputs"])
    if answer.get("cut"):
        outputs.append({"output_type": "stream", "name": "stdout", "text": "\n[more was printed than is kept]\n"})
    if answer["status"] in REASONS:
        reason = REASONS[answer["status"]]
        trace = [f"Stopped: {reason}"]
        outputs.append({"output_type": "error", "ename": "Stopped", "evalue": reason, "traceback": trace})
    return [from_dict(output) for output in outputs]
