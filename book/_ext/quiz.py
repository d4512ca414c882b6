"""Multiple-choice questions that answer back.

    :::{quiz}
    What is shared over time?

    - [ ] the hidden state

      No: it changes at every step.
    - [x] the weights

      Yes: the same matrices serve every step.
    :::

Every option has an explanation. One right option makes radio buttons, several make checkboxes. The page's script
shows the explanation of what was chosen; without script the answers are folded under the question.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

OPTION = re.compile(r"\[([ x])\]\s*")


class quiz(nodes.Element):
    """The whole question: a form."""


class quiz_legend(nodes.TextElement):
    """What is asked."""


class quiz_option(nodes.TextElement):
    """One option: a button with its label."""


class quiz_answers(nodes.Element):
    """All answers, folded."""


class quiz_answer(nodes.Element):
    """One option again, right or wrong, and why."""


class QuizDirective(SphinxDirective):
    """Reads the question, its options and their explanations."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Build the form."""
        parsed = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, parsed)
        *question, options = parsed.children or [None]
        if not question or not isinstance(question[0], nodes.paragraph) or not isinstance(options, nodes.bullet_list):
            raise self.error("a quiz is a question, then a list of options that start with [ ] or [x]")
        form = quiz(name=f"quiz-{self.env.new_serialno('quiz')}")
        answers = quiz_answers()
        for index, item in enumerate(options):
            label, right = self._label(item)
            shown = quiz_option(index=index, right=right)
            shown += label.children
            why = quiz_answer(index=index, right=right)
            why += nodes.paragraph("", "", *[child.deepcopy() for child in label.children], classes=["quiz-said"])
            why += item.children[1:]
            form += shown
            answers += why
        number_right = sum(answer["right"] for answer in answers)
        if number_right == 0 or len(options) < 2:
            raise self.error("a quiz needs at least two options, of which at least one is right")
        for option in form:
            option["kind"], option["name"] = ("radio" if number_right == 1 else "checkbox"), form["name"]
        legend = quiz_legend()
        legend += question[0].children
        form.insert(0, [legend, *question[1:]])
        form += answers
        return [form]

    def _label(self, item: nodes.list_item) -> tuple[nodes.paragraph, bool]:
        """The option's own words without its mark, and whether it is right."""
        label = item.children[0]
        mark = OPTION.match(label.astext())
        if mark is None or len(item.children) < 2:
            raise self.error(f"each option starts with [ ] or [x] and is followed by an explanation: {item.astext()!r}")
        if all(isinstance(child, nodes.math) or child.astext().strip() in ("[ ]", "[x]") for child in label.children):
            raise self.error(f"an option needs words beside its formula, for screen readers: {item.astext()!r}")
        first = label.children[0]
        label.replace(first, nodes.Text(OPTION.sub("", first.astext(), count=1)))
        return label, mark[1] == "x"


def _html(begin, end):
    """A pair of functions for the HTML writer, from two functions that write a node's begin and end."""
    return (lambda self, node: self.body.append(begin(node)), lambda self, node: self.body.append(end(node)))


def _option(node) -> str:
    right = "true" if node["right"] else "false"
    return (
        f'<label class="quiz-option"><input type="{node["kind"]}" name="{node["name"]}" value="{node["index"]}" '
        f'data-right="{right}"><span>'
    )


def _answer(node) -> str:
    verdict = "Right" if node["right"] else "Wrong"
    return f'<li data-index="{node["index"]}"><strong>{verdict}:</strong> '


BUTTON = '<button type="submit" class="quiz-check" hidden>Check</button><output role="status"></output>'


def setup(app: Sphinx) -> dict:
    """Register the directive and how its parts are written."""
    app.add_directive("quiz", QuizDirective)
    app.add_node(
        quiz,
        html=_html(lambda _: '<form class="quiz"><fieldset>', lambda _: f"{BUTTON}</fieldset></form>"),
    )
    app.add_node(quiz_legend, html=_html(lambda _: "<legend>", lambda _: "</legend>"))
    app.add_node(quiz_option, html=_html(_option, lambda _: "</span></label>"))
    app.add_node(
        quiz_answers,
        html=_html(lambda _: "<details><summary>Answers</summary><ul>", lambda _: "</ul></details>"),
    )
    app.add_node(quiz_answer, html=_html(_answer, lambda _: "</li>"))
    app.add_js_file("quiz.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
