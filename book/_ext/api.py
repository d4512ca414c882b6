"""The API page: docstrings are written for readers of the code; this makes them fit for Sphinx."""

import re

from sphinx.application import Sphinx

SECTION = re.compile(r"(Args|Returns|Raises|Source):")


def equations_as_blocks(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Show the indented equations and examples of a docstring as they are, and `names` as code.

    Without this, Sphinx would take `h_t * x` in an equation for markup.
    """
    from course_lib.exercises import exercises

    result, in_text = [], True
    for line in lines:
        if SECTION.match(line):
            in_text = False
        in_block = in_text and line.startswith("    ")
        if in_block and not result[-1] and not result[-2].startswith("    "):
            result += ["::", ""]
        result.append(line if in_block else re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", line))
    if what == "function" and name.rpartition(".")[2] in {exercise.name for exercise in exercises()}:
        result = [*result[:1], "", "*An exercise: students write this function.*", *result[1:]]
    lines[:] = result


def setup(app: Sphinx) -> dict:
    """Run before napoleon, which reads the sections."""
    app.connect("autodoc-process-docstring", equations_as_blocks, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
