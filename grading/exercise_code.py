"""The source code of exercises: signature and docstring, which everybody may see, and the body, the solution."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ExerciseCode:
    """Where one `@exercise` function stands in the library's source."""

    name: str
    assignment: str
    path: Path
    head: str  # `def ...:` and the docstring
    body: str  # the rest, indented as in the file
    body_lines: tuple[int, int]  # first and last line of the body, counted from 1


def assignment_number(assignment: str | None) -> int:
    """The place of an assignment in the course: 3 for "a3", 0 for none."""
    return int(assignment.removeprefix("a")) if assignment else 0


def find_exercises(library: Path) -> dict[str, ExerciseCode]:
    """All exercises in the library's source files, by name.

    Raises:
        ValueError: an exercise has no docstring, or two have the same name.
    """
    found: dict[str, ExerciseCode] = {}
    for path in sorted(library.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for node in ast.parse(source).body:
            assignment = isinstance(node, ast.FunctionDef) and _assignment(node)
            if not assignment:
                continue
            if ast.get_docstring(node) is None or len(node.body) < 2:
                raise ValueError(f"{path}: exercise {node.name} should have a docstring and a body")
            if node.name in found:
                raise ValueError(f"{path}: exercise {node.name} is also in {found[node.name].path}")
            found[node.name] = _split(node, assignment, path, source.splitlines())
    return found


def remove_bodies(exercises: list[ExerciseCode]) -> None:
    """Empty these exercises where they stand: they raise `Unfinished`, which names the function to write."""
    for exercise in sorted(exercises, key=lambda e: e.body_lines, reverse=True):  # from below, so that lines stay put
        lines = exercise.path.read_text(encoding="utf-8").splitlines(keepends=True)
        begin, end = exercise.body_lines
        lines[begin - 1 : end] = [f'    raise Unfinished("{exercise.assignment}", "{exercise.name}")\n']
        source = re.sub(r"(from \.+exercises import )exercise\b", r"\1Unfinished, exercise", "".join(lines), count=1)
        exercise.path.write_text(source, encoding="utf-8")


def _assignment(node: ast.FunctionDef) -> str | None:
    """The assignment named in the decorator `@exercise("a1", ...)`, if the function has one."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", None) == "exercise":
            return decorator.args[0].value
    return None


def _split(node: ast.FunctionDef, assignment: str, path: Path, lines: list[str]) -> ExerciseCode:
    docstring_end, end = node.body[0].end_lineno, node.end_lineno
    return ExerciseCode(
        name=node.name,
        assignment=assignment,
        path=path,
        head="\n".join(lines[node.lineno - 1 : docstring_end]),
        body="\n".join(lines[docstring_end:end]),
        body_lines=(docstring_end + 1, end),
    )
