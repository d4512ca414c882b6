"""Chapters as plain notebooks, to download or open on Colab.

Chapters are written in MyST, whose directives and roles Jupyter does not render. Each chapter's notebook is
rewritten so that it reads well anywhere, ready to run, without outputs: figures travel inside, boxes become
quotations, quizzes and solutions fold.
"""

import base64
import os
import re
from pathlib import Path

import nbformat
from pybtex.database import BibliographyData, parse_file
from sphinx.application import Sphinx

from grading.source import install_cell

from recorded import recorded_value

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^(?P<fence>:{3,}|`{3,})\{(?P<name>[^}]+)\} ?(?P<argument>.*)$")
OPTION_LINE = re.compile(r"^:([\w-]+): ?(.*)$")
FOLDED = "<details><summary>{}</summary>\n\n{}\n\n</details>"


class PlainMarkdown:
    """Rewrites MyST as ordinary Markdown; figures become part of the text."""

    def __init__(self, folder: Path, bibliography: BibliographyData, site: str):
        self.folder, self.bibliography, self.site = folder, bibliography, site

    def rewrite(self, text: str) -> str:
        """The whole text, directives first, then roles."""
        lines, out = text.split("\n"), []
        while lines:
            line = lines.pop(0)
            fence = FENCE.match(line)
            if fence:
                out.append(self._directive(fence["name"], fence["argument"], _take_until(lines, fence["fence"])))
            elif not re.fullmatch(r"\([\w-]+\)=|% .*", line):  # targets and comments show nothing
                out.append(self._roles(line))
        return "\n".join(out)

    def _directive(self, name: str, argument: str, body: list[str]) -> str:
        options = {}
        while body and (option := OPTION_LINE.match(body[0])):
            options[option[1]] = option[2]
            body.pop(0)
        content = self.rewrite("\n".join(body).strip())
        if name in ("figure", "image"):
            return f"{self._picture(argument, options.get('alt', ''))}\n\n*{content}*" if content else ""
        if name == "math":
            return f"$$\n{content}\n$$"
        if name == "quiz":
            return _quiz(content)
        if name in ("solution", "hint", "dropdown"):
            return FOLDED.format(name.capitalize() if name != "dropdown" else argument, content)
        if name == "bibliography":
            return ""
        title = argument if name == "admonition" else f"{name.replace('-', ' ').capitalize()} {argument}".strip()
        return "\n".join(f"> {line}".rstrip() for line in [f"**{self._roles(title)}**", "", *content.split("\n")])

    def _picture(self, path: str, alt: str) -> str:
        file = self.folder / path
        kind = {".svg": "image/svg+xml", ".png": "image/png"}[file.suffix]
        # Not an attachment of the cell: JupyterLab shows no SVG from those.
        return f"![{alt}](data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()})"

    def _roles(self, line: str) -> str:
        line = re.sub(r"\{cite(:\w+)?\}`([^`]+)`", lambda m: self._cite(m[1], m[2]), line)
        line = re.sub(r"\{(?:doc|ref|numref)\}`(?:([^`<]+)<([^`>]+)>|([^`]+))`", self._reference, line)
        line = re.sub(r"\{recorded\}`([^`]+)`", _recorded, line)
        line = re.sub(r"\{eq\}`[^`]+`", "the equation", line)
        return re.sub(r"\{\w+(?::\w+)*\}`~?([^`]+)`", r"`\1`", line)  # py:func and the like

    def _cite(self, kind: str | None, keys: str) -> str:
        sources = []
        for key in keys.split(","):
            entry = self.bibliography.entries[key.strip()]
            names = [" ".join(map(str, person.rich_last_names)) for person in entry.persons["author"]]
            who = names[0] if len(names) == 1 else f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
            year = entry.fields["year"]
            sources.append(f"{who} ({year})" if kind == ":t" else f"{who}, {year}")
        return "; ".join(sources) if kind == ":t" else f"({'; '.join(sources)})"

    def _reference(self, match: re.Match) -> str:
        text, target = (match[1] or "").strip(), match[2] or match[3]
        page = target.lstrip("/")
        if (self.folder / f"{page}.md").exists():
            return f"[{text or page.replace('-', ' ')}]({self.site}{page}.html)"
        return text or "the figure"


def _recorded(role: re.Match) -> str:
    """The recorded value; a wrong name stays as it is, because the page's build has reported it."""
    try:
        return recorded_value(role[1])
    except ValueError:
        return role[0]


def _take_until(lines: list[str], fence: str) -> list[str]:
    """Remove and return the lines up to the closing fence."""
    body = []
    while lines and (line := lines.pop(0)).rstrip() != fence:
        body.append(line)
    return body


def _quiz(content: str) -> str:
    """The question and its options, with the answers folded."""
    marks = re.findall(r"^- \[([ x])\]", content, flags=re.MULTILINE)
    question, *options = re.split(r"^- \[[ x]\] *", content, flags=re.MULTILINE)
    shown, answers = [], []
    for letter, mark, option in zip("abcdefgh", marks, options, strict=False):
        label, _, why = option.partition("\n\n")
        shown.append(f"- **{letter}** {' '.join(label.split())}")
        answers.append(f"- **{letter}** {'right' if mark == 'x' else 'wrong'}: {' '.join(why.split())}")
    folded = FOLDED.format("Answers", "\n".join(answers))
    return f"**Quiz.** {question.strip()}\n\n" + "\n".join(shown) + f"\n\n{folded}"


def write_plain_notebooks(app: Sphinx, error: Exception | None) -> None:
    """Rewrite the notebook of every chapter and put it where the page's download button looks."""
    if error is not None or app.builder.format != "html":
        return
    source = Path(app.srcdir)
    plain = PlainMarkdown(source, parse_file(str(source / "references.bib")), app.config.html_baseurl)
    for chapter in sorted((Path(app.outdir).parent / "jupyter_execute").glob("*.ipynb")):
        notebook = nbformat.read(chapter, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = plain.rewrite(cell.source)
        notebook.cells.insert(
            0, nbformat.v4.new_code_cell(install_cell(ROOT, os.environ.get("UNROLLED_THROUGH")), id="install")
        )
        nbformat.write(notebook, Path(app.outdir) / "_sources" / chapter.name)


def link_to_colab(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Point the Colab button to the plain notebook on the published branch: Colab cannot open MyST."""
    repository = app.config.html_theme_options["repository_url"].removeprefix("https://github.com/")
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []):
            if button["text"] == "Colab":
                button["url"] = (
                    f"https://colab.research.google.com/github/{repository}/blob/gh-pages/_sources/{page}.ipynb"
                )


def setup(app: Sphinx) -> dict:
    """Write the notebooks at the end, and mend the buttons after the theme has made them."""
    app.connect("build-finished", write_plain_notebooks)
    app.connect("html-page-context", link_to_colab, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
