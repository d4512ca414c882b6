"""The site as readers meet it: in a real browser, without a network, by mouse, by keyboard and on a phone."""

import base64
import json
import re
import struct
from pathlib import Path

import pytest
import torch
import yaml

from editions.vendor import FOR_TESTS, fetch_vendored

ROOT = Path(__file__).parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
PAGES = [TOC["root"], *(chapter["file"] for part in TOC["parts"] for chapter in part["chapters"])]
GENERATED = ["search", "genindex", "404"]
CHAPTERS = [chapter["file"] for part in TOC["parts"] if part.get("numbered") for chapter in part["chapters"]]


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that looks for accessibility problems."""
    folder = ROOT / "_build" / "test-vendor"
    fetch_vendored(FOR_TESTS, folder)
    return (folder / "axe-core" / "axe.min.js").read_text()


@pytest.mark.parametrize("name", PAGES + GENERATED)
def test_page_is_whole(watched, site, name):
    """No error, no request to the network (see `watched`), every formula typeset, no sideways scrolling on a phone."""
    page = watched.open(f"{site}{name}.html")
    formulas, typeset = page.locator(".math").count(), page.locator(".math mjx-container").count()
    assert typeset >= formulas and page.locator("mjx-merror").count() == 0
    assert page.locator("img:not([alt]), img[alt='']").count() == 0, "a picture has no description"
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", [*PAGES, "search"])
def test_no_serious_accessibility_problem_in_either_theme(watched, site, axe, name):
    page = watched.open(f"{site}{name}.html")
    page.add_script_tag(content=axe)
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = document.documentElement.dataset.mode = '{theme}'")
        page.wait_for_timeout(300)  # the theme fades colours in
        violations = page.evaluate(
            "axe.run({resultTypes: ['violations'], preload: false}).then(result => result.violations)"
        )
        serious = [
            f"{v['id']}: {v['help']}: {[node['html'][:150] for node in v['nodes'][:3]]}"
            for v in violations
            if v["impact"] in ("serious", "critical")
        ]
        assert serious == [], theme


@pytest.mark.parametrize("chapter", ["sequences", "gradients-through-time"])
def test_slider_moves_by_keyboard_and_changes_the_picture(watched, site, chapter):
    page = watched.open(f"{site}{chapter}.html")
    handle = page.get_by_role("slider").first
    assert handle.get_attribute("aria-label"), "a screen reader would say 'slider' and nothing else"
    shown = page.locator(".jupyter-widgets img").locator("visible=true")
    before = shown.get_attribute("alt")
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert shown.count() == 1 and shown.get_attribute("alt") != before


def test_model_in_the_page_computes_what_torch_computes(watched, site):
    page = watched.open(f"{site}recurrent-networks.html")
    data = json.loads(page.locator("form.in-page-model script").text_content())
    H, V = data["hidden_size"], len(data["symbols"])

    def weights(name, *shape):
        raw = base64.b64decode(data[name])
        return torch.tensor(struct.unpack(f"<{len(raw) // 4}f", raw)).reshape(shape)

    W_xh, W_hh, b = weights("W_xh", V, H), weights("W_hh", H, H), weights("b", H)
    W_hy, b_y = weights("W_hy", H, V), weights("b_y", V)
    h = torch.zeros(H)
    for symbol in (3, 40, 40, 7):
        h = torch.tanh(W_xh[symbol] + h @ W_hh + b)
    in_page = page.evaluate(
        """([H, symbols]) => {
            const form = document.querySelector("form.in-page-model");
            let h = new Float32Array(H), logits;
            for (const symbol of symbols) [logits, h] = form.step(symbol, h);
            return Array.from(logits);
        }""",
        [H, [3, 40, 40, 7]],
    )
    assert torch.allclose(torch.tensor(in_page), h @ W_hy + b_y, atol=1e-4)


def test_model_in_the_page_writes(watched, site):
    page = watched.open(f"{site}recurrent-networks.html")
    form = page.locator("form.in-page-model")
    written = form.locator(".written")
    form.get_by_label("Prompt").fill("The class ")
    form.get_by_label("Temperature").focus()
    for _ in range(40):
        page.keyboard.press("ArrowLeft")
    assert form.locator("output").first.text_content() == "0.10"
    form.get_by_role("button", name="Write on").click()
    cold = written.text_content()
    assert cold.startswith("The class ") and len(cold) == len("The class ") + 300
    form.get_by_label("Temperature").focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    assert form.locator("output").first.text_content() == "2.00"
    form.get_by_role("button", name="Write on").click()
    assert len(set(written.text_content())) > len(set(cold)), (
        "a hot model uses more different characters than a cold one"
    )


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_quiz_answers_by_mouse(watched, site, chapter):
    page = watched.open(f"{site}{chapter}.html")
    quizzes = page.locator("form.quiz")
    assert quizzes.count() >= 3
    for quiz in quizzes.all():
        feedback, check = quiz.get_by_role("status"), quiz.get_by_role("button", name="Check")
        check.click()
        assert feedback.text_content() == "Choose an answer first."
        options = quiz.locator("input")
        right = [i for i in range(options.count()) if options.nth(i).get_attribute("data-right") == "true"]
        wrong = next(i for i in range(options.count()) if i not in right)
        options.nth(wrong).check()
        assert feedback.text_content() == "", "old feedback stays when the choice changes"
        check.click()
        assert feedback.text_content().startswith("Not quite.") and len(feedback.text_content()) > 35
        if options.nth(wrong).get_attribute("type") == "checkbox":
            options.nth(wrong).uncheck()
        if len(right) > 1:
            options.nth(right[0]).check()
            check.click()
            assert feedback.text_content().startswith("Right so far, but not all.")
        for i in right:
            options.nth(i).check()
        check.click()
        assert feedback.text_content().startswith("Right!") and len(feedback.text_content()) > 40


def test_quiz_answers_by_keyboard_alone(watched, site):
    """Tab to the options, choose with the arrow or space, Enter to check: nothing else is needed."""
    page = watched.open(f"{site}sequences.html")
    quiz = page.locator("form.quiz").first
    quiz.locator("input").first.focus()
    page.keyboard.press("ArrowDown")
    assert quiz.locator("input").nth(1).is_checked()
    assert quiz.get_by_role("status").text_content() == "", "arrows alone must not give the answer away"
    page.keyboard.press("Enter")
    assert quiz.get_by_role("status").text_content().startswith("Right!")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # on the button
    assert quiz.get_by_role("status").text_content().startswith("Not quite.")
    boxes = page.locator("form.quiz").nth(1).locator("input")
    boxes.first.focus()
    page.keyboard.press("Space")
    assert boxes.first.is_checked()
    assert quiz.get_by_role("group").count() == 1, "the question is not announced with its options"


def test_quiz_without_script_shows_question_and_folded_answers(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}sequences.html")
    quiz = page.locator("form.quiz").first
    assert quiz.locator("legend").is_visible() and quiz.locator("label").first.is_visible()
    assert not quiz.get_by_role("button", name="Check").is_visible(), "a button that does nothing"
    answer = quiz.locator("details li").nth(1)
    assert not answer.is_visible()
    quiz.locator("summary").click()
    assert answer.is_visible() and answer.text_content().startswith("Right:")
    context.close()


def test_search_finds_a_word(watched, site):
    page = watched.open(f"{site}index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("eigenvalue")
    page.keyboard.press("Enter")
    page.locator("#search-results li a").first.wait_for()
    found = page.locator("#search-results li a").evaluate_all("links => links.map(link => link.href)")
    assert any("sequences.html" in link for link in found)


def test_dark_mode(watched, site):
    page = watched.open(f"{site}sequences.html")
    background = "getComputedStyle(document.body).backgroundColor"
    seen = set()
    for _ in range(3):
        seen.add((page.evaluate("document.documentElement.dataset.theme"), page.evaluate(background)))
        page.locator(".theme-switch-button:visible").first.click()
        page.wait_for_timeout(100)
    assert {theme for theme, _ in seen} == {"light", "dark"} and len({colour for _, colour in seen}) == 2


def test_doors_of_the_landing_page_lead_somewhere(watched, site):
    page = watched.open(f"{site}index.html")
    targets = page.locator(".door a.sd-stretched-link").evaluate_all("links => links.map(link => link.href)")
    assert [Path(t).stem for t in targets] == ["sequences", "students", "instructors", "self-study"]
    for target in targets:
        assert watched.open(target).locator("article h1").count() == 1


def test_buttons_of_a_chapter(watched, site, pages):
    """Copy buttons, and links to Colab and Binder that name files which exist where they point."""
    page = watched.open(f"{site}sequences.html")
    assert page.locator("button.copybtn").count() >= page.locator(".cell_input").count()
    links = page.locator(".dropdown-launch-buttons a").evaluate_all("links => links.map(link => link.href)")
    colab = next(link for link in links if "colab" in link)
    assert (pages / colab.partition("/gh-pages/")[2]).is_file()
    binder = next(link for link in links if "mybinder" in link)
    assert (ROOT / binder.partition("tree/")[2]).is_file()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_downloaded_notebook_reads_well_anywhere(watched, site, chapter):
    """Plain Markdown with pictures inside: no directive or role that Jupyter would show as it is."""
    page = watched.open(f"{site}{chapter}.html")
    link = page.locator("a.btn-download-notebook-button").get_attribute("href")
    with page.expect_download() as download:
        page.evaluate("href => Object.assign(document.createElement('a'), {href, download: ''}).click()", link)
    notebook = json.loads(Path(download.value.path()).read_text())
    assert "pip install" in "".join(notebook["cells"][0]["source"])
    pictures = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
            assert not re.search(r"^(:::|```)\{|\{[a-z:]+\}`|^\([\w-]+\)=$", text, flags=re.MULTILINE), text
            assert not re.search(r"""\{\\?["'`]""", text), "a name is written in TeX"
            for picture in re.findall(r"!\[[^\]]+\]\(data:image/svg\+xml;base64,([^)]+)\)", text):
                assert base64.b64decode(picture).startswith(b"<svg")
                pictures += 1
    assert pictures >= 2
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    assert "<details><summary>Answers</summary>" in text and "**Quiz.**" in text


def test_printed_page_is_a_document(watched, site, tmp_path):
    page = watched.open(f"{site}gradients-through-time.html")
    page.emulate_media(media="print")
    for furniture in (".bd-sidebar-primary", ".bd-header-article", ".prev-next-footer"):
        assert not page.locator(furniture).first.is_visible(), furniture
    pdf = page.pdf(format="A4")
    assert 5 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 30


def test_works_from_a_folder_without_a_server(browser, pages):
    """On a memory stick: the same page opened as a file has its mathematics, its quiz and its model."""
    context = browser.new_context()
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((pages / "recurrent-networks.html").as_uri())
    page.evaluate("() => window.MathJax.startup.promise")
    assert page.locator(".math mjx-container").count() > 20
    page.locator("form.quiz input").first.check()
    page.locator("form.quiz button").first.click()
    assert page.locator("form.quiz output").first.text_content()
    assert len(page.locator("form.in-page-model .written").text_content()) > 300
    assert problems == []
    context.close()
