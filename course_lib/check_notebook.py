"""`unrolled check`: run an assignment notebook's checks and say what they found."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

PASSED, FAILED, UNWRITTEN = "passed", "failed", "not written yet"
SECONDS_PER_CELL = 120
TIMED_OUT = {"ename": "Timeout", "evalue": f"this cell took more than {SECONDS_PER_CELL} s", "traceback": []}


@dataclass
class Result:
    """What the checks of one exercise found."""

    exercise: str
    state: str
    message: str = ""
    points: int = 0
    maximum: int = 0
    unseen: int = 0  # points for tests that are not in this notebook


def find_notebook(assignment: str) -> Path:
    """The assignment's notebook in the current folder or where the course keeps it.

    Raises:
        FileNotFoundError: says where it was looked for.
    """
    name = f"{assignment}.ipynb"
    places = [Path(name), Path(assignment, name), Path("assignments", assignment, name)]
    for place in places:
        if place.is_file():
            return place
    raise FileNotFoundError(f"no {name} here: looked for {', '.join(map(str, places))}; name it with --notebook")


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook file.

    Raises:
        ValueError: the file is not a notebook.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except FileNotFoundError:
        raise
    except Exception as error:  # nbformat raises many kinds: json, validation, attribute errors
        raise ValueError(f"{path} is not a notebook that can be read: {error}") from None
    return notebook


def run_checks(notebook: NotebookNode, folder: Path) -> list[Result]:
    """Run a notebook from top to bottom and collect what its check cells found, one result per exercise.

    Cells tagged `skip-execution` (training) are not run.

    Raises:
        ValueError: the notebook has no check cells.
    """
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        interrupt_on_timeout=True,
        error_on_timeout=TIMED_OUT,
        allow_errors=True,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    results: dict[str, Result] = {}
    errors: dict[str, str] = {}  # exercise -> error in the cell that defines it
    for cell in notebook.cells:
        kind, _, exercise = cell.metadata.get("nbgrader", {}).get("grade_id", "").partition("-")
        if cell.cell_type != "code" or not exercise:
            continue
        error = next((output for output in cell.outputs if output.output_type == "error"), None)
        if kind == "exercise" and error is not None:
            errors[exercise] = f"the cell that defines it stops with {error.ename}: {error.evalue}"
        elif kind in ("check", "hidden"):
            result = results.setdefault(exercise, Result(exercise, PASSED))
            points = cell.metadata.nbgrader.points
            if not _has_code(cell.source):
                result.unseen += points
                continue
            result.maximum += points
            if error is None:
                result.points += points
            elif result.state == PASSED:
                result.state = UNWRITTEN if error.ename in ("NotImplementedError", "Unfinished") else FAILED
                result.message = errors.get(exercise) or _message(error)
    if not results:
        raise ValueError("the notebook has no check cells; is it an assignment of this course?")
    return list(results.values())


def report(assignment: str, results: list[Result]) -> str:
    """A readable summary, one exercise a line, with the message of the first check that failed."""
    lines = []
    for result in results:
        lines.append(f"  {result.exercise:26} {result.state:16} {result.points:2} of {result.maximum:2} points")
        if result.state == FAILED:
            lines += [f"      {line}" for line in result.message.splitlines()]
    count = {state: sum(result.state == state for result in results) for state in (PASSED, FAILED, UNWRITTEN)}
    total = f"{sum(r.points for r in results)} of {sum(r.maximum for r in results)} points"
    summary = ", ".join(f"{number} {state}" for state, number in count.items() if number)
    if unseen := sum(result.unseen for result in results):
        lines.append(f"Tests that are not in this notebook are worth {unseen} points more.")
    return "\n".join([f"{assignment}: {summary}; {total}", *lines])


def _has_code(source: str) -> bool:
    """Released notebooks keep the cells of the hidden tests, with nothing but a comment in them."""
    return bool(ast.parse(source).body)


def _message(error: NotebookNode) -> str:
    text = error.evalue if error.ename == "CheckFailed" else f"{error.ename}: {error.evalue}"
    line = _line_of(error)
    return f"{text}\nin the line: {line}" if line and error.ename != "CheckFailed" else text


def _line_of(error: NotebookNode) -> str:
    """The line of the notebook where an error happened, from the arrows that IPython's traceback draws."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
    arrows = re.findall(r"^-+> *\d+ (.*)$", plain, flags=re.MULTILINE)
    return arrows[-1].strip() if arrows else ""
