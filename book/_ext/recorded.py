"""Numbers from recorded runs, so that no figure in the text can differ from what was measured.

    {recorded}`recurrent_speed:large.unroll_over_torch:.1f`

is the value at that place in `benchmarks/results/recurrent_speed.json`, in that format.
"""

import json
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results"


def recorded_value(text: str) -> str:
    """The formatted value that the text of the role names.

    Raises:
        ValueError: there is no such file, place or format.
    """
    try:
        name, place, form = text.split(":")
        value = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
        for key in place.split("."):
            value = value[int(key) if isinstance(value, list) else key]
        return format(value, form)
    except (ValueError, LookupError, TypeError, OSError) as error:
        raise ValueError(f"no recorded result {text!r} (name:place:format): {error!r}") from None


class RecordedRole(SphinxRole):
    """Writes the value as plain text."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Look the value up; a wrong name is an error of the build."""
        self.env.note_dependency(str(RESULTS / f"{self.text.partition(':')[0]}.json"))
        try:
            return [nodes.Text(recorded_value(self.text))], []
        except ValueError as error:
            return [], [self.inliner.reporter.error(str(error), line=self.lineno)]


def setup(app: Sphinx) -> dict:
    """Register the role."""
    app.add_role("recorded", RecordedRole())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
