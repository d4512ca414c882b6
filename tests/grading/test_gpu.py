"""Submissions that are up to something on a GPU; run where there is one.

What it catches: a GPU that one submission breaks for the next, memory that the last one left, a stuck kernel.
"""

from functools import partial
from pathlib import Path

import pytest

from grading.course import open_course
from grading.engines import here
from grading.gpus import find_gpus
from grading.grade import Grading
from grading.sandbox import Limits
from tests.grading.tiny import hand_in, make_course, written
from tests.grading.walls import needs_walls

pytestmark = pytest.mark.skipif(not find_gpus(), reason="this machine has no NVIDIA GPU")

LIMITS = Limits(seconds=180, seconds_per_cell=40)
HONEST = """
def double(x):
    import torch
    return (2 * torch.as_tensor(x, device="cuda")).cpu() if torch.is_tensor(x) else 2 * x
"""
HOARD = """
import torch
hoard = []
while True:
    hoard.append(torch.ones(2**28, device="cuda"))
"""
ENDLESS = """
import torch
torch.cuda._sleep(10**15)
torch.cuda.synchronize()
"""
ILLEGAL = """
import torch
torch.zeros(4, device="cuda")[torch.tensor([10**9], device="cuda")].cpu()
"""
LEAVE = f"""
import torch
torch.full((2**28,), 12345678, dtype=torch.int32, device="cuda")
torch.cuda.synchronize()
{HONEST}"""
LOOK = f"""
import torch
for _ in range(8):
    if (torch.empty(2**28, dtype=torch.int32, device="cuda") == 12345678).any():
        raise MemoryError("the last submission's memory is still there")
{HONEST}"""
CLASS = {
    "000-honest": (HONEST, 4),
    "008-memory": (HOARD, 0),
    "008-neighbour": (HONEST, 4),
    "009-endless-kernel": (ENDLESS, 0),
    "009-next": (HONEST, 4),
    "010-illegal-access": (ILLEGAL, 0),
    "010-next": (HONEST, 4),
    "042-leaves": (LEAVE, 4),
    "042-looks": (LOOK, 4),
}


@pytest.fixture(scope="module")
def entries(tmp_path_factory) -> dict[str, dict]:
    needs_walls()
    course: Path = make_course(tmp_path_factory.mktemp("gpu") / "course")
    for student, (code, _) in CLASS.items():
        hand_in(course, student, written(course, double=code))
    engine = partial(here, workers=1, gpus=find_gpus()[:1])
    return Grading(open_course(course), "tiny", LIMITS).grade(list(CLASS), engine)


@pytest.mark.parametrize("student", CLASS)
def test_case_on_a_gpu(student, entries):
    points = {result["name"]: result["points"] for result in entries[student].get("results", [])}
    double = sum(reached for name, reached in points.items() if name.endswith("double"))
    assert entries[student]["state"] == "graded" and double == CLASS[student][1], entries[student]
    assert points["hidden-triple"] == 1
