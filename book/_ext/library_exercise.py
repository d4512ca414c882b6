"""A box in a chapter for a function that students write; the self-study edition folds the solution under it.

:::{library-exercise} rnn_step
What the function is for, in a sentence or two.
:::
"""

import os
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from grading.exercise_code import find_exercises

ROOT = Path(__file__).parents[2]


class LibraryExercise(SphinxDirective):
    """Shows a function's signature and where it is written; in the self-study edition also how."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Build the box."""
        exercises = find_exercises(ROOT / "course_lib")
        name = self.arguments[0]
        if name not in exercises:
            raise self.error(f"no exercise of the library is called {name}; there are {', '.join(sorted(exercises))}")
        exercise = exercises[name]
        self.env.note_dependency(str(exercise.path))
        box = nodes.admonition(classes=["library-exercise"])
        box += nodes.title("", "", nodes.literal("", name), nodes.Text(f" · assignment {exercise.assignment}"))
        self.state.nested_parse(self.content, self.content_offset, box)
        signature = _signature(exercise.head)
        box += nodes.literal_block(signature, signature, language="python")
        if self.config.edition == "self-study":
            box += nodes.raw("", "<details><summary>Solution</summary>", format="html")
            code = f"{signature}\n{exercise.body}"
            box += nodes.literal_block(code, code, language="python")
            box += nodes.raw("", "</details>", format="html")
        return [box]


def _signature(head: str) -> str:
    """The first line of a function, one argument a line where it is long."""
    line = head.split('"""')[0].strip()
    if len(line) <= 80:
        return line
    start, inside, end = re.fullmatch(r"(def \w+\()(.*)(\)(?: -> .*)?:)", " ".join(line.split())).groups()
    arguments = re.split(r", (?=\w+(?::|=|,|$))", inside.strip(", "))
    return "\n".join([start, *(f"    {argument}," for argument in arguments), end])


def setup(app: Sphinx) -> dict:
    """Register the directive; the edition comes from the environment variable UNROLLED_EDITION."""
    edition = os.environ.get("UNROLLED_EDITION", "self-study")
    app.add_config_value("edition", edition, "env", types=[str])
    app.add_directive("library-exercise", LibraryExercise)
    if edition == "self-study":
        app.setup_extension("sphinx.ext.viewcode")  # source pages; they would show the solutions in the public edition
    return {"parallel_read_safe": True, "parallel_write_safe": True}
