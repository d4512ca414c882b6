"""The chapters' text, read as a file: a readable length, enough pictures with words for them, code that fits a page."""

import re
from pathlib import Path

import jupytext
import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
CHAPTERS = [chapter["file"] for part in TOC["parts"] if part.get("numbered") for chapter in part["chapters"]]
COLUMNS = 84  # of code, in the widest page


def cells(chapter: str, kind: str) -> list:
    notebook = jupytext.read(ROOT / "book" / f"{chapter}.md", fmt="md:myst")
    return [cell for cell in notebook.cells if cell.cell_type == kind]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_length(chapter, pages):
    """What one reads: without code and its output, displayed formulas, tables, and what is folded away."""
    article = BeautifulSoup((pages / f"{chapter}.html").read_text(), "html.parser").find("article")
    for other in article.select("pre, script, table, details, .solution, .cell_input, .cell_output, div.math"):
        other.decompose()
    assert 1500 <= len(article.get_text(" ").split()) <= 3000


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_figures_have_captions_and_descriptions(chapter):
    drawn = re.findall(
        r"^```\{figure\} \S+\n(.*?)^```", "\n".join(c.source for c in cells(chapter, "markdown")), flags=re.M | re.S
    )
    plotted = [c.metadata["mystnb"] for c in cells(chapter, "code") if "figure" in c.metadata.get("mystnb", {})]
    assert len(drawn) + len(plotted) >= 4
    for body in drawn:
        assert len(re.search(r"^:alt: (.*)$", body, flags=re.M)[1]) > 30, body
        assert len(body.partition("\n\n")[2].split()) > 5, "the caption does not state a conclusion"
    for options in plotted:
        assert len(options["image"]["alt"]) > 30 and len(options["figure"]["caption"].split()) > 5, options


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_code_fits_the_page(chapter):
    for cell in cells(chapter, "code"):
        for line in cell.source.splitlines():
            assert len(line) <= COLUMNS, line


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_shape_of_a_chapter(chapter):
    """From scratch and asserted equal to the library, looked at where it fails, asked about, practised, cited."""
    text = (ROOT / "book" / f"{chapter}.md").read_text()
    headings = re.findall(r"^## (.*)$", text, flags=re.M)
    assert headings[-3:] == ["Quiz", "Exercises", "Further reading"]
    assert text.count(":::{quiz}") >= 3 and len(re.findall(r"\{exercise\}", text)) >= 3
    assert len(re.findall(r"\{exercise\}", text)) == len(re.findall(r"\{solution\}", text))
    assert "{cite" in text.partition("## Further reading")[2]
    assert any("assert " in cell.source for cell in cells(chapter, "code"))
