"""Is a solution or a hidden test in what goes out? Found by comparing code, wherever it is and whatever it is called.

A secret is a list of statements. Each statement's expression is written down with its variables renamed in order of
appearance, so that renaming or reformatting does not hide it. A file leaks a secret if it contains most of it.
"""

import ast
import builtins
import html
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jupytext

from grading.exercise_code import ExerciseCode

MOST = 0.5  # of a secret's code, by size
SMALL = 8  # nodes; a smaller expression, like xs.shape, says nothing
LEAST = 16  # nodes; everybody writes W[symbols] and torch.cat([x, v], dim=1), whatever for
KEPT_NAMES = {*dir(builtins), "torch", "nn", "F", "np", "math"}


@dataclass(frozen=True)
class Secret:
    """Something that must not go out."""

    name: str
    expressions: dict[str, int]  # normalised expression -> its size
    lines: frozenset[str]  # its longer lines without white space, for places where code is not parsed


def solutions_of(exercises: list[ExerciseCode]) -> list[Secret]:
    """The bodies of exercises as secrets."""
    return [_secret(f"the solution of {e.name}", e.body) for e in exercises]


def hidden_tests(root: Path) -> list[Secret]:
    """All hidden tests of all assignments as secrets."""
    found = []
    for text in sorted((root / "solutions").glob("*/*.md")):
        for cell in jupytext.read(text, fmt="md:myst").cells:
            if "hidden" in cell.metadata:
                found.append(_secret(f"the hidden tests of {cell.metadata.hidden} in {text.stem}", cell.source))
    return found


def find_leaks(folder: Path, secrets: list[Secret]) -> list[str]:
    """Say for each file below a folder, archives included, which secrets it contains."""
    leaks = []
    for name, content in _files(folder):
        expressions = {}
        for code in _code_in(name, content):
            expressions |= _expressions(code, whole=True)
        packed = re.sub(
            r"\s", "", html.unescape(re.sub(r"<[^>]+>", "", content)).replace("\\n", "").replace('\\"', '"')
        )
        for secret in secrets:
            size = sum(secret.expressions.values())
            shown = sum(size for expression, size in secret.expressions.items() if expression in expressions)
            in_text = sum(len(line) for line in secret.lines if line in packed)
            if shown >= MOST * size >= MOST * LEAST or in_text >= MOST * sum(map(len, secret.lines)) > 0:
                leaks.append(f"{name} contains {secret.name}")
    return leaks


def _secret(name: str, code: str) -> Secret:
    tree = ast.parse("def _():\n" + _indented(code)) if code.startswith(" ") else ast.parse(code)
    lines = {re.sub(r"\s", "", line.partition("  #")[0]) for line in code.splitlines()}
    return Secret(name, _expressions(ast.unparse(tree)), frozenset(line for line in lines if len(line) >= 30))


def _indented(code: str) -> str:
    """A function's body keeps its indentation; an empty one would not be a function."""
    return code if code.strip() else "    pass"


def _expressions(code: str, whole: bool = False) -> dict[str, int]:
    """The normalised expressions of all statements; with `whole`, also all expressions inside them."""
    found = {}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.expr) if whole else isinstance(node, ast.stmt | ast.comprehension):
            for expression in [node] if whole else _own_expressions(node):
                size = sum(1 for _ in ast.walk(expression))
                if size >= SMALL:
                    found[_normalised(expression)] = size
    return found


def _own_expressions(statement: ast.AST) -> Iterator[ast.expr]:
    """What a statement computes: the value it assigns, returns or tests, not what is nested in its blocks."""
    for field in ("value", "test", "iter", "exc", "items"):
        part = getattr(statement, field, None)
        if isinstance(part, ast.expr):
            yield from part.elts if isinstance(part, ast.Tuple) else [part]


def _normalised(expression: ast.expr) -> str:
    """The expression's tree with variables renamed in order of appearance, the same for every choice of names."""
    names: dict[str, str] = {}
    parts = []
    for node in ast.walk(expression):
        kind = type(node).__name__
        if isinstance(node, ast.Name):
            kind += ":" + (node.id if node.id in KEPT_NAMES else names.setdefault(node.id, str(len(names))))
        elif isinstance(node, ast.Attribute):
            kind += ":" + node.attr
        elif isinstance(node, ast.Constant):
            kind += ":" + repr(node.value)
        elif isinstance(node, ast.keyword):
            kind += ":" + str(node.arg)
        parts.append(f"{kind}/{sum(1 for _ in ast.iter_child_nodes(node))}")
    return " ".join(parts)


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    """All text files below a folder, and those inside wheels and zip files."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".whl", ".zip"):
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    yield from _text(f"{path.relative_to(folder)}!{member.filename}", archive.read(member))
        elif path.is_file():
            yield from _text(str(path.relative_to(folder)), path.read_bytes())


def _text(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    if "/vendor/" in name:  # other people's scripts, checked against their hashes
        return
    try:
        yield name, content.decode("utf-8")
    except UnicodeDecodeError:
        return  # a picture or a font


def _code_in(name: str, content: str) -> Iterator[str]:
    """Every piece of a file that can be read as Python."""
    if name.endswith(".py"):
        pieces = [content]
    elif name.endswith(".ipynb"):
        cells = json.loads(content)["cells"]
        pieces = ["".join(cell["source"]) for cell in cells]
        pieces += [piece for text in pieces for piece in _fenced(text)]
    elif name.endswith(".html"):
        blocks = re.findall(r"<pre[^>]*>(.*?)</pre>", content, flags=re.DOTALL)
        pieces = [html.unescape(re.sub(r"<[^>]+>", "", block)) for block in blocks]
    else:
        pieces = _fenced(content)
    for piece in pieces:
        code = "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in piece.splitlines())
        try:
            ast.parse(code)
        except SyntaxError:
            continue  # prose or output; the comparison of lines covers it
        yield code


def _fenced(text: str) -> list[str]:
    return re.findall(r"^(?:```|~~~|:::)[^\n]*\n(.*?)^(?:```|~~~|:::)", text, flags=re.DOTALL | re.MULTILINE)
