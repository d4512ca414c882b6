"""Building and releasing the site: strict about mistakes, silent about solutions.

Mistakes are planted in a small copy of the house, whose book has a single page.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from editions.leaks import find_leaks, hidden_tests, solutions_of
from editions.site import build_site
from grading.exercise_code import find_exercises

ROOT = Path(__file__).parents[2]
PAGE = """---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3}}
---

# A page

It has two sentences. It links to {link}, and {recorded} was measured.

```{{code-cell}} ipython3
{code}
```

:::{{library-exercise}} {exercise}
What it is for.
:::

:::{{quiz}}
Is it {quiz}?

{options}
:::
"""
RIGHT = {
    "link": "[another page](students.md)",
    "recorded": "{recorded}`recurrent_speed:large.unroll_over_torch:.1f`",
    "code": "print(1 + 1)",
    "exercise": "rnn_step",
    "quiz": "so",
    "options": "- [x] yes\n\n  It is.\n- [ ] no\n\n  It is.",
}
MISTAKES = {
    "link": ("[nothing](nowhere.md)", "nowhere.md"),
    "recorded": ("{recorded}`recurrent_speed:large.luck:.1f`", "no recorded result"),
    "code": ("1 / 0", "ZeroDivisionError"),
    "exercise": ("rnn_stop", "no exercise of the library is called rnn_stop"),
    "options": ("- [ ] yes\n\n  No.\n- [ ] no\n\n  No.", "at least one is right"),
}


@pytest.fixture
def small_house(pages, tmp_path) -> Path:
    """A copy of what git knows, with a book of one page; `pages`, as what the site serves has been fetched for it."""
    tracked = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    for name in tracked.stdout.splitlines():
        if (ROOT / name).is_file() and not (name.startswith("book/") and name.count("/") == 1 and name.endswith(".md")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "_build" / "vendor", tmp_path / "_build" / "vendor")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: page\nchapters: [{file: students}]\n")
    shutil.copy(ROOT / "book" / "students.md", tmp_path / "book")
    return tmp_path


def command(house: Path, *words: str) -> subprocess.CompletedProcess:
    """`python -m editions ...` in the copy, with the copy's own library."""
    environment = {**os.environ, "PYTHONPATH": str(house), "COLUMNS": "200"}
    call = [sys.executable, "-m", "editions", *words]
    return subprocess.run(call, cwd=house, env=environment, capture_output=True, text=True)


def test_mistakes_are_errors_and_all_are_reported(small_house):
    page = small_house / "book" / "page.md"
    page.write_text(PAGE.format(**RIGHT | {part: wrong for part, (wrong, _) in MISTAKES.items()}))
    result = command(small_house, "site")
    said = result.stdout + result.stderr
    assert result.returncode != 0 and "The site was not built" in said
    for part, (_, message) in MISTAKES.items():
        assert message in said, f"nothing is said about the wrong {part}:\n{said[-3000:]}"
    page.write_text(PAGE.format(**RIGHT))
    result = command(small_house, "site")
    assert result.returncode == 0, "the page was mended: " + result.stderr[-3000:]


def test_release_refuses_a_planted_solution(small_house):
    page = small_house / "book" / "page.md"
    page.write_text(PAGE.format(**RIGHT))
    result = command(small_house, "release")
    assert result.returncode == 0, result.stderr[-3000:]
    assert (small_house / "dist" / "student.zip").is_file() and (small_house / "dist" / "site" / "index.html").is_file()
    solution = find_exercises(ROOT / "course_lib")["clip_by_norm"].body
    page.write_text(PAGE.format(**RIGHT) + f"\n```python\ndef leash(gradients, max_norm):\n{solution}\n```\n")
    result = command(small_house, "release")
    assert result.returncode != 0
    assert "site/page.html contains the solution of clip_by_norm" in result.stderr
    assert not (small_house / "dist").exists(), "what leaks lies ready to be sent"


def test_public_edition_shows_no_solution_and_self_study_edition_all(pages):
    exercises = find_exercises(ROOT / "course_lib").values()
    secrets = solutions_of(list(exercises)) + hidden_tests(ROOT)
    public = build_site("public")
    assert find_leaks(public, secrets) == []
    assert not (public / "_modules").exists() and "[source]" not in (public / "api.html").read_text()
    shown = "\n".join(find_leaks(pages, secrets))
    too_plain = {"word_embedding", "picture_at_every_step"}  # to be told from anybody's code
    for exercise in exercises:
        assert f"the solution of {exercise.name}" in shown or exercise.name in too_plain
    assert "hidden tests" not in shown, "the tests are for after the work, in solutions/"
