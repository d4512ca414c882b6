"""The house itself: dependencies that agree, rooms of a readable size, licences and facts in their place."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = dict(
    line.split("==")
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if line and not line.startswith("#")
)
EXTRAS = PROJECT["optional-dependencies"]
REQUIREMENTS = [
    Requirement(text)
    for text in PROJECT["dependencies"] + [r for name, extra in EXTRAS.items() if name != "all" for r in extra]
]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_every_requirement_is_pinned_within_its_range(requirement):
    pins = {canonical(name): version for name, version in PINS.items()}
    assert requirement.specifier.contains(pins[canonical(requirement.name)])


def test_what_is_installed_are_the_pins():
    """Catches a test run in an environment that somebody prepared by hand."""
    for name, version in PINS.items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # a package for another system or Python
        assert installed.partition("+")[0] == version.partition("+")[0], name


def test_pins_run_on_every_python_we_promise():
    """Catches a pin made on 3.11.7 that Debian's 3.11.2 cannot install."""
    ours = SpecifierSet(PROJECT["requires-python"])
    promised = [version for version in ("3.11.0", "3.12.0", "3.13.0") if ours.contains(version)]
    assert len(promised) == 3
    for name in PINS:
        try:
            theirs = SpecifierSet(metadata.metadata(name).get("Requires-Python") or "")
        except metadata.PackageNotFoundError:
            continue
        assert all(map(theirs.contains, promised)), f"{name} needs Python {theirs}"


def test_conda_installs_the_same():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, pip, through_pip = environment["dependencies"]
    assert pip == "pip"
    assert SpecifierSet(PROJECT["requires-python"]).contains(python.partition("=")[2].strip("="))
    assert through_pip["pip"] == ["--constraint constraints.txt", "--editable .[all]"]
    assert set(EXTRAS["all"]) == {f"unrolled[{','.join(name for name in EXTRAS if name != 'all')}]"}


@pytest.mark.parametrize("package", ["course_lib", "grading", "editions", "book/_ext"])
def test_rooms_have_a_readable_size(package):
    for path in (ROOT / package).rglob("*.py"):
        lines = path.read_text().splitlines()
        assert len(lines) <= 300, f"{path} has {len(lines)} lines"
        assert path.name not in ("utils.py", "misc.py", "helpers.py", "common.py")


def test_a_release_carries_its_papers():
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", "LICENSE", "LICENSE-TEXT"):
        assert (ROOT / name).stat().st_size > 200, name
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == PROJECT["version"]
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text()


def test_ci_runs_make_test():
    commands = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line and line[0] not in "#s"]
    assert commands[-1] == "exec make test"


def test_readme_shows_the_two_commands():
    readme = (ROOT / "README.md").read_text()
    assert "make book" in readme and "make test" in readme and len(readme.split()) < 600


def test_recorded_results_say_how_they_came_about():
    import json

    for path in (ROOT / "benchmarks" / "results").glob("*.json"):
        record = json.loads(path.read_text())
        assert {"command", "date", "hardware", "versions", "seed"} <= set(record), path
        assert Path(ROOT, record["command"].split()[1]).exists()


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_call_what_there_is(path):
    """Catches a target or a command that has been renamed."""
    workflow = yaml.safe_load(path.read_text())
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    commands = "\n".join(step.get("run", "") for step in steps)
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.M)
    assert all(target in targets for target in re.findall(r"^make (\w+)", commands, flags=re.M))
    actions = (ROOT / "grading" / "command.py").read_text()
    for word in re.findall(r"unrolled grade (\w+)", commands):
        assert f'"{word}"' in actions
    assert "${{ inputs" not in commands, "an input is put into a shell's command"
    assert workflow["permissions"]["contents"] == "read"
