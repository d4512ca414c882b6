"""Submissions that are up to something, and what has to become of them. Each has its number in the team's list.

Outcomes:
    ZERO     `double` has no points, and the rest of the notebook is graded: `triple` has its point
    FULL     all points: the act had no effect, or what was tried was refused. Code that succeeds prints ESCAPED
    LOST     no points at all, `triple`'s neither: the time for the whole notebook was used up
    ASIDE    a person has to look at it; nothing is recorded
    4        so many of the five points
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from nbformat import NotebookNode

ZERO, FULL, LOST, ASIDE = "zero", "full", "lost", "aside"
RIGHT = "\ndef double(x):\n    return 2 * x\n"
WRONG = "\ndef double(x):\n    return -1 if x == 0.5 else 5 * x\n"


@dataclass(frozen=True)
class Case:
    """One submission: the code of the cell in which `double` is to be written, or a change of the whole notebook."""

    number: int
    name: str
    outcome: str | float
    code: str = RIGHT
    change: Callable[[NotebookNode], object] | None = None
    says: str = ""  # has to be in the reason, or in what a test says
    escapes_without_walls: bool = field(default=False)  # then the same code prints ESCAPED outside the sandbox

    @property
    def student(self) -> str:
        return f"{self.number:03}-{self.name}"


LEAVE_AND_LOOK = """
from pathlib import Path
files = [Path(folder, "left-behind") for folder in {"/tmp", "/dev/shm", "/var/tmp", str(Path.home())}]
if any(file.exists() for file in files):
    print("ESCAPED")
for file in files:
    try:
        file.write_text("me")
    except OSError:
        pass
"""


def attempt(act: str) -> str:
    """Code that says whether an act succeeded, and then solves the exercise."""
    indented = "\n".join(f"    {line}" for line in act.splitlines())
    return f"import os\ntry:\n{indented}\n    print('ESCAPED')\nexcept OSError:\n    pass\n{RIGHT}"


RESOURCES = [
    Case(
        1,
        "endless-loop",
        ZERO,
        """
while True:
    pass
""",
        says="longer",
    ),
    Case(
        2,
        "loop-that-ignores-interrupts",
        ZERO,
        """
while True:
    try:
        while True:
            pass
    except KeyboardInterrupt:
        pass
""",
    ),
    Case(
        3,
        "sleeps-forever",
        ZERO,
        """
import time
time.sleep(10**6)
""",
    ),
    Case(
        4,
        "each-cell-just-under-its-limit",
        LOST,
        change=lambda notebook: add_cells(notebook, ["import time\ntime.sleep(2.2)"] * 9),
        says="whole notebook",
    ),
    Case(
        5,
        "fork-bomb",
        ZERO,
        """
import os
while True:
    os.fork()
""",
    ),
    Case(
        6,
        "thread-bomb",
        ZERO,
        """
import threading, time
while True:
    threading.Thread(target=time.sleep, args=(99,)).start()
""",
    ),
    Case(
        7,
        "memory-bomb",
        ZERO,
        """
hoard = []
while True:
    hoard.append(bytearray(10**7))
""",
    ),
    Case(
        7,
        "memory-bomb-of-several-processes",
        ZERO,
        """
import os, time
for _ in range(6):
    if os.fork() == 0:
        hoard = bytearray(4 * 10**8)
        for i in range(0, len(hoard), 4096):
            hoard[i] = 1
        time.sleep(99)
time.sleep(9)
""",
        says="memory",
    ),
    Case(
        11,
        "fills-the-disk",
        ZERO,
        """
with open('/tmp/big', 'wb') as f:
    while True:
        f.write(bytes(10**7))
""",
    ),
    Case(
        12,
        "many-files",
        ZERO,
        """
i = 0
while True:
    i += 1
    open(f'/tmp/{i}', 'w').close()
""",
    ),
    Case(
        13,
        "floods-stdout",
        ZERO,
        """
while True:
    print('x' * 1000)
""",
    ),
    Case(14, "one-huge-line", FULL, "print('x' * 30_000_000)" + RIGHT),
    Case(
        15,
        "giant-picture",
        FULL,
        """
from IPython.display import Image, display
import os
display(Image(data=os.urandom(20_000_000), format='png'))
"""
        + RIGHT,
    ),
    Case(
        16,
        "widget-flood",
        FULL,
        """
from comm import create_comm
for _ in range(2000):
    create_comm(target_name='x', data={'y': 'z' * 1000})
"""
        + RIGHT,
    ),
    Case(17, "huge-traceback", ZERO, "raise ValueError('x' * 20_000_000)"),
    Case(
        18,
        "segmentation-fault",
        ZERO,
        """
import ctypes
ctypes.string_at(0)
""",
    ),
    Case(
        19,
        "ends-its-process",
        ZERO,
        """
import os
os._exit(0)
""",
    ),
    Case(
        20,
        "fills-shared-memory",
        ZERO,
        """
with open('/dev/shm/big', 'wb') as f:
    while True:
        f.write(bytes(10**7))
""",
    ),
    Case(
        21,
        "opens-all-files",
        ZERO,
        """
files = []
while True:
    files.append(open('/dev/null'))
""",
    ),
    Case(
        22,
        "daemon-that-stays",
        FULL,
        """
import os, subprocess
subprocess.Popen(['setsid', 'sleep', '98765.4'])
"""
        + RIGHT,
    ),
    Case(23, "asks-for-input", ZERO, "input('your name?')" + RIGHT),
    Case(
        24,
        "deep-recursion",
        ZERO,
        """
import sys
sys.setrecursionlimit(10**9)
def down(n):
    return down(n + 1)
down(0)
""",
    ),
    Case(
        25,
        "sparse-petabyte",
        ZERO,
        """
with open('/tmp/sparse', 'wb') as f:
    f.truncate(10**15)
""",
    ),
]

TAMPERING = [
    Case(
        26,
        "reads-the-gradebook",
        FULL,
        attempt("open('{course}/gradebook.db', 'rb').read(1)"),
        escapes_without_walls=True,
    ),
    Case(27, "writes-the-gradebook", FULL, attempt("open('{course}/gradebook.db', 'r+b')"), escapes_without_walls=True),
    Case(
        28,
        "reads-the-solutions",
        FULL,
        attempt("open('{course}/_build/source/tiny/tiny.ipynb').read()"),
        escapes_without_walls=True,
    ),
    Case(
        28,
        "finds-notebooks-anywhere",
        FULL,
        """
import os
tops = ("/tmp", "/course", "/inside", "/home", "/root", "/srv", "/opt")
found = [name for top in tops for _, _, names in os.walk(top) for name in names if name == "tiny.ipynb"]
if found:
    print('ESCAPED', found)
"""
        + RIGHT,
    ),
    Case(29, "reads-another-submission", FULL, attempt("os.listdir('{course}/submitted')"), escapes_without_walls=True),
    Case(30, "overwrites-its-notebook", FULL, attempt("open('{course}/submitted/x.ipynb', 'w')")),
    Case(
        31,
        "uses-the-network",
        FULL,
        attempt("import socket\nsocket.create_connection(('127.0.0.1', {port}), timeout=2)"),
        escapes_without_walls=True,
    ),
    Case(31, "asks-for-a-name", FULL, attempt("import socket\nsocket.getaddrinfo('example.org', 80)")),
    Case(
        33,
        "looks-for-secrets",
        FULL,
        """
import os
from pathlib import Path
for p in Path('/proc').glob('[0-9]*/environ'):
    try:
        if b'UNROLLED_SECRET' in p.read_bytes():
            print('ESCAPED')
    except OSError:
        pass
if 'UNROLLED_SECRET' in os.environ:
    print('ESCAPED')
"""
        + RIGHT,
    ),
    Case(
        34,
        "kills-all-it-can",
        ZERO,
        """
import os
os.kill(-1, 9)
os.kill(os.getppid(), 9)
os.kill(os.getpid(), 9)
""",
    ),
    Case(
        34,
        "signals-its-parent",
        FULL,
        """
import os
for _ in range(9):
    os.kill(os.getppid(), 15)
"""
        + RIGHT,
    ),
    Case(35, "reads-other-processes", FULL, attempt("open('/proc/1/mem', 'rb')")),
    Case(
        35,
        "sees-other-processes",
        FULL,
        """
import os
if len([p for p in os.listdir('/proc') if p.isdigit()]) > 2:
    print('ESCAPED')
"""
        + RIGHT,
        escapes_without_walls=True,
    ),
    Case(
        36,
        "abstract-socket",
        FULL,
        attempt("import socket\nsocket.socket(socket.AF_UNIX).connect('\\0{abstract}')"),
        escapes_without_walls=True,
    ),
    Case(
        37, "writes-site-packages", FULL, attempt("import torch\nopen(torch.__file__, 'a')"), escapes_without_walls=True
    ),
    Case(37, "writes-the-library", FULL, attempt("import course_lib\nopen(course_lib.__file__, 'a')")),
    Case(38, "leaves-something-behind", FULL, LEAVE_AND_LOOK + RIGHT),
    Case(38, "looks-for-what-was-left", FULL, LEAVE_AND_LOOK + RIGHT),
    Case(
        39,
        "looks-for-gpus",
        FULL,
        """
from glob import glob
if glob('/dev/nvidia*'):
    print('ESCAPED')
"""
        + RIGHT,
    ),
    Case(40, "becomes-root", FULL, attempt("os.setuid(0)"), escapes_without_walls=True),
    Case(
        40,
        "makes-namespaces",
        FULL,
        """
import ctypes
if ctypes.CDLL(None).unshare(0x10000000) == 0:
    print('ESCAPED')
"""
        + RIGHT,
    ),
    Case(
        40,
        "mounts",
        FULL,
        """
import ctypes
if ctypes.CDLL(None).mount(b'x', b'/tmp', b'tmpfs', 0, None) == 0:
    print('ESCAPED')
"""
        + RIGHT,
    ),
    Case(
        41,
        "writes-into-inherited-files",
        ZERO,
        """
import os
for number in range(3, 512):
    try:
        if os.readlink(f'/proc/self/fd/{number}').startswith('pipe:'):
            os.write(number, b'{"cell": 0, "status": "ok"}\\n')
    except OSError:
        pass
"""
        + WRONG,
    ),
    Case(
        43,
        "spoils-the-warm-process",
        ASIDE,
        """
import torch
torch.isclose = torch.allclose = lambda *_, **__: torch.ones(1, dtype=torch.bool)
torch.Tensor.__mul__ = None
"""
        + RIGHT,
    ),
    Case(
        45,
        "reads-tests-from-history",
        FULL,
        """
if any('hidden' in text.lower() or 'triple' in text for text in In[:-1]):
    print('ESCAPED')
"""
        + RIGHT,
    ),
]

FORGING = [
    Case(
        52,
        "tests-tagged-not-to-run",
        ZERO,
        WRONG,
        lambda notebook: [c.metadata.update(tags=["skip-execution"]) for c in notebook.cells],
    ),
    Case(
        53,
        "not-a-number",
        4,
        """
def double(x):
    return float('nan') if x == 0.5 else 2 * x
""",
    ),
    Case(
        54,
        "infinite",
        ASIDE,
        """
def double(x):
    return float('inf') if x == 0.5 else 2 * x
""",
        says="more than",
    ),
    Case(
        55,
        "more-than-the-maximum",
        ASIDE,
        """
def double(x):
    return 9 if x == 0.5 else 2 * x
""",
        says="more than",
    ),
    Case(
        56,
        "result-without-text",
        ASIDE,
        """
class Picture:
    def _repr_mimebundle_(self, **_):
        return {'image/png': 'x'}, {}

def double(x):
    return Picture() if x == 0.5 else 2 * x
""",
        says="no number",
    ),
    Case(
        57,
        "negative",
        4,
        """
def double(x):
    return -1 if x == 0.5 else 2 * x
""",
    ),
    Case(
        58,
        "input-transformer",
        ASIDE,
        """
def without_tests(lines):
    return [line for line in lines if "assert" not in line and "check" not in line]

get_ipython().input_transformers_post.append(without_tests)
"""
        + WRONG,
    ),
    Case(58, "cell-emptied", ASIDE, "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])" + WRONG),
    Case(
        59,
        "ast-transformer",
        ASIDE,
        """
import ast
class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
    def visit_Expr(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(NoAsserts())
"""
        + WRONG,
    ),
    Case(
        59,
        "ends-when-it-is-asked",
        LOST,
        """
import ast, os
class Sly(ast.NodeTransformer):
    def visit_ClassDef(self, node):
        if node.name.startswith("Canary"):
            os._exit(0)
        return node
    def visit_Assert(self, node):
        return ast.Pass()
    def visit_Expr(self, node):
        return ast.Pass() if "check" in ast.dump(node) else node
get_ipython().ast_transformers.append(Sly())
"""
        + WRONG,
        says="not counted",
    ),
    Case(
        60,
        "kernel-that-always-agrees",
        ASIDE,
        """
async def agree(*_, **__):
    return {'status': 'ok', 'execution_count': 1, 'user_expressions': {}, 'payload': []}
get_ipython().kernel.do_execute = agree
"""
        + WRONG,
    ),
    Case(
        60,
        "errors-turned-into-success",
        ASIDE,
        """
kernel = get_ipython().kernel
then = kernel.do_execute
async def agree(*a, **k):
    return {**await then(*a, **k), 'status': 'ok'}
kernel.do_execute = agree
"""
        + WRONG,
    ),
    Case(
        61,
        "equal-to-everything",
        ZERO,
        """
class Same:
    def __eq__(self, other):
        return True

def double(x):
    return Same() if type(x) is not float else -1
""",
    ),
    Case(
        62,
        "patched-comparison",
        ASIDE,
        """
import torch
torch.isclose = lambda a, *_, **__: a == a
"""
        + WRONG,
    ),
    Case(62, "patched-check", ASIDE, "check_close = lambda *_, **__: None" + WRONG),
    Case(
        62,
        "patched-check-in-its-module",
        ASIDE,
        """
import course_lib.checks
course_lib.checks.check_close.__code__ = (lambda *a, **k: None).__code__
"""
        + WRONG,
    ),
    Case(
        63,
        "forged-messages",
        ZERO,
        """
import threading, time
kernel = get_ipython().kernel
def forge():
    while True:
        time.sleep(0.01)
        try:
            kernel.session.send(kernel.iopub_socket, 'status', {'execution_state': 'idle'}, parent=kernel.get_parent())
        except Exception:
            pass
threading.Thread(target=forge, daemon=True).start()
"""
        + WRONG,
    ),
    Case(
        64,
        "edits-of-earlier-outputs",
        ZERO,
        """
from IPython.display import display
handle = display('x', display_id='check-double')
get_ipython().events.register('post_run_cell', lambda *_: handle.update('passed'))
"""
        + WRONG,
    ),
    Case(
        56,
        "result-that-is-no-number",
        ASIDE,
        """
def double(x):
    return 'full' if x == 0.5 else 2 * x
""",
        says="no number",
    ),
    Case(
        56,
        "result-that-shows-itself",
        ASIDE,
        """
class Hidden:
    def _ipython_display_(self):
        pass

def double(x):
    return Hidden() if x == 0.5 else 2 * x
""",
        says="no number",
    ),
    Case(
        65,
        "errors-cleared",
        ZERO,
        """
from IPython.display import clear_output
get_ipython().events.register('post_run_cell', lambda *_: clear_output())
"""
        + WRONG,
    ),
    Case(
        66,
        "leaves-with-success",
        ZERO,
        """
import sys
def double(x):
    sys.exit(0)
""",
    ),
    Case(
        67,
        "writes-its-own-result",
        ZERO,
        """
import json
for name in ('result.json', '../result.json', '/tmp/result.json'):
    open(name, 'w').write(json.dumps({'points': 5}))
"""
        + WRONG,
    ),
    Case(68, "points-changed", FULL, change=lambda notebook: change_tests(notebook, points=1000)),
    Case(68, "tests-unlocked-and-emptied", ZERO, "raise ValueError", lambda notebook: empty_tests(notebook)),
    Case(
        69,
        "tests-deleted",
        ZERO,
        "raise ValueError",
        lambda notebook: notebook.update(
            cells=[c for c in notebook.cells if not c.metadata.get("nbgrader", {}).get("grade")]
        ),
    ),
    Case(70, "tests-without-metadata", ZERO, "raise ValueError", lambda notebook: change_tests(notebook, clear=True)),
    Case(71, "cell-twice", FULL, change=lambda notebook: notebook.cells.insert(2, notebook.cells[1].copy())),
    Case(72, "tests-renamed", ZERO, "raise ValueError", lambda notebook: change_tests(notebook, grade_id="mine")),
    Case(
        73,
        "tests-turned-into-text",
        ZERO,
        "raise ValueError",
        lambda notebook: [
            c.update(cell_type="markdown") for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")
        ],
    ),
    Case(74, "cells-in-reverse", FULL, change=lambda notebook: notebook.cells.reverse()),
    Case(
        75,
        "another-kernel",
        FULL,
        change=lambda notebook: notebook.metadata.update(
            kernelspec={"name": "bash", "display_name": "x", "language": "bash"}
        ),
    ),
    Case(
        76,
        "clock-stopped",
        FULL,
        """
import time
time.time = time.monotonic = lambda: 0.0
"""
        + RIGHT,
    ),
    Case(
        77,
        "solution-posing-as-test",
        ZERO,
        "raise ValueError",
        lambda notebook: [
            c.metadata.nbgrader.update(grade=True, points=50) for c in notebook.cells if c.id.startswith("exercise")
        ],
    ),
]

HONEST = [
    Case(0, "right", FULL),
    Case(
        0,
        "warns",
        FULL,
        """
import warnings
def double(x):
    warnings.warn('careful')
    return 2 * x
""",
    ),
    Case(
        0,
        "prints-to-stderr",
        FULL,
        """
import sys
from tqdm import tqdm
def double(x):
    for _ in tqdm(range(3), disable=False):
        print('working', file=sys.stderr)
    return 2 * x
""",
    ),
    Case(
        0,
        "slow",
        FULL,
        """
import time
def double(x):
    time.sleep(0.5)
    return 2 * x
""",
    ),
    Case(
        0,
        "in-a-loop",
        FULL,
        """
def double(x):
    total = 0 * x
    for _ in range(2):
        total = total + x
    return total
""",
    ),
    Case(
        0,
        "with-a-helper-of-its-own",
        FULL,
        """
def double(x):
    return helper(x, 2)
""",
        lambda notebook: add_cells(notebook, ["def helper(x, n):\n    return n * x"]),
    ),
    Case(0, "nothing-written", ZERO, "raise NotImplementedError"),
]

CASES = HONEST + RESOURCES + TAMPERING + FORGING


def add_cells(notebook: NotebookNode, codes: list[str]) -> None:
    """Cells of the student's own, behind the imports."""
    from nbformat.v4 import new_code_cell

    notebook.cells[1:1] = [new_code_cell(code) for code in codes]


def tests_of(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]


def change_tests(notebook: NotebookNode, clear: bool = False, **about: object) -> None:
    for cell in tests_of(notebook):
        if clear:
            cell.metadata.clear()
        else:
            cell.metadata.nbgrader.update(about)


def empty_tests(notebook: NotebookNode) -> None:
    for cell in tests_of(notebook):
        cell.metadata.nbgrader.locked = False
        cell.source = "pass"
