"""How long does it take to grade a class? `unrolled grade`, in sandboxes, beside stock `nbgrader autograde`.

Sixty submissions of a1, a third each right, wrong and blank; with our runner also ten and three hundred of them, and,
where root may start a Slurm of its own, on two slots of that. Processor time is the whole machine's, from /proc/stat:
run it on a machine that does nothing else. Memory that processes share is divided among them (PSS), so that it adds up.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat

from record import write_results

ROOT = Path(__file__).parents[1]
SEED = 0
TICK = os.sysconf("SC_CLK_TCK")


def course(folder: Path) -> Path:
    """A course directory in which a1 is released."""
    for name in ("course_lib", "solutions", "assignments"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("nbgrader_config.py", "pyproject.toml", "_config.yml"):
        shutil.copy(ROOT / name, folder)
    run(folder, "nbgrader", "generate_assignment", "a1")
    return folder


def hand_in(folder: Path, count: int) -> None:
    """A third each: the solution, the solution with two functions that return nothing, and the blank."""
    source = nbformat.read(folder / "_build/source/a1/a1.ipynb", as_version=4)
    solution = {c.id: c.source for c in source.cells if c.metadata.get("nbgrader", {}).get("solution")}
    wrong = {n: s.partition("### BEGIN")[0] + "return None" for n, s in list(solution.items())[:2]}
    for number in range(count):
        notebook = nbformat.read(folder / "assignments/a1/a1.ipynb", as_version=4)
        for cell in notebook.cells:
            if cell.id in solution and number % 3:
                cell.source = wrong.get(cell.id, solution[cell.id]) if number % 3 == 2 else solution[cell.id]
        path = folder / "submitted" / f"student-{number:03}" / "a1" / "a1.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)


def run(folder: Path, *command: str) -> dict:
    """Run a command; wall and processor seconds, and the most memory its processes had together, in MiB."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    before, start = busy(), time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.5):
            peak[0] = max(peak[0], memory_mib(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, said = process.communicate()
    ended.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed: {said.decode()[-2000:]}")
    wall = time.perf_counter() - start
    return {"wall_s": round(wall, 1), "processor_s": round(busy() - before, 1), "memory_mib": round(peak[0])}


def busy() -> float:
    """Seconds that all processors have worked so far."""
    user, nice, system = map(int, Path("/proc/stat").read_text().split()[1:4])
    return (user + nice + system) / TICK


def memory_mib(top: int) -> float:
    """Memory of a process and all below it; what several share counts once."""
    parents, sizes = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            lines = (folder / "smaps_rollup").read_text().splitlines()
        except (OSError, ValueError):
            continue
        sizes[int(folder.name)] = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    below, found = {top}, 0
    while len(below) > found:
        found = len(below)
        below |= {process for process, parent in parents.items() if parent in below}
    return sum(sizes.get(process, 0) for process in below) / 1024


def points(folder: Path) -> dict[str, float]:
    """What each student has in the gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions("a1")}


def ours(folder: Path, count: int, workers: int, *words: str) -> dict:
    """Grade a class of this size with our runner, from nothing."""
    shutil.rmtree(folder / "submitted", ignore_errors=True)
    shutil.rmtree(folder / "_build" / "grading", ignore_errors=True)
    hand_in(folder, count)
    result = run(folder, "unrolled", "grade", "a1", "--workers", str(workers), *words)
    entries = [json.loads(p.read_text()) for p in (folder / "_build/grading/a1").glob("student-*.json")]
    tests = [sum(test["seconds"] for test in entry["results"]) for entry in entries]
    assert len(entries) == count
    return {"submissions": count, "workers": workers, **result, "tests_s_each": round(sum(tests) / count, 3)}


def on_slurm(folder: Path, place: Path) -> dict:
    """The same with two slots of a Slurm cluster on this machine, if one can be started; not its memory."""
    from tests.grading.slurm import cluster, missing

    if missing() or os.geteuid():
        return {}
    with cluster(place) as slurm:
        os.environ["SLURM_CONF"] = slurm.environment["SLURM_CONF"]
        runs = {f"{n}_by_2": ours(folder, n, 2, "--engine", "slurm", "--memory", "2048") for n in (10, 60)}
    return {name: {k: v for k, v in of.items() if k != "memory_mib"} for name, of in runs.items()}


def s_each(runs: dict, few: str, many: str) -> float:
    """Seconds for one more submission: what starting up costs is in neither."""
    return (runs[many]["wall_s"] - runs[few]["wall_s"]) / (runs[many]["submissions"] - runs[few]["submissions"])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as temporary:
        mine, stock = course(Path(temporary, "ours")), Path(temporary, "stock")
        shutil.copytree(mine, stock)
        runs = {f"{n}_by_{w}": ours(mine, n, w) for n, w in ((10, 1), (60, 1), (10, 2), (300, 2), (60, 2))}
        slurm = on_slurm(mine, Path(temporary, "slurm"))
        hand_in(stock, 60)
        theirs = {"submissions": 60, **run(stock, "nbgrader", "autograde", "a1")}
        assert {s: p for s, p in points(mine).items() if s in points(stock)} == points(stock), "they differ"
    of_sixty = runs["60_by_2"]
    figures = {
        "unrolled_grade": runs,
        "unrolled_grade_on_slurm": slurm,
        "nbgrader_autograde": theirs,
        "throughput_over_stock": round(theirs["wall_s"] / of_sixty["wall_s"], 1),
        "processor_over_stock": round(of_sixty["processor_s"] / theirs["processor_s"], 2),
        "submissions_per_minute": {
            "unrolled grade": round(3600 / of_sixty["wall_s"], 1),
            "nbgrader autograde": round(3600 / theirs["wall_s"], 1),
        },
        "added_s_each": round(s_each(runs, "10_by_1", "60_by_1") - runs["60_by_1"]["tests_s_each"], 2),
        "memory_mib_per_extra_worker": of_sixty["memory_mib"] - runs["60_by_1"]["memory_mib"],
        "s_each_from_10_to_60": round(s_each(runs, "10_by_2", "60_by_2"), 3),
        "s_each_from_60_to_300": round(s_each(runs, "60_by_2", "300_by_2"), 3),
    }
    if slurm:
        each = s_each(slurm, "10_by_2", "60_by_2")
        figures["s_each_on_slurm"] = round(each, 3)
        figures["added_s_each_on_slurm"] = round(2 * each - slurm["60_by_2"]["tests_s_each"], 2)
    write_results("grading_speed", figures, SEED)
