"""The command `unrolled`."""

import argparse
import sys
from pathlib import Path
from types import ModuleType

from .check_notebook import PASSED, find_notebook, read_notebook, report, run_checks


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns its exit code: 0 all is well, 1 some checks failed, 2 it could not be done."""
    parser = argparse.ArgumentParser(prog="unrolled", description="The course Unrolled, from a terminal.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("check", help="run the checks of an assignment notebook")
    command.add_argument("assignment", help="for example a1")
    command.add_argument("--notebook", type=Path, help="the notebook, if it is not in the usual place")
    command.add_argument("--hidden", action="store_true", help="run the hidden tests too (full edition only)")
    command.set_defaults(run=_check)

    command = commands.add_parser("data", help="list the data sets, or fetch one")
    command.add_argument("action", choices=["list", "fetch"], nargs="?", default="list")
    command.add_argument("name", nargs="?", help="the data set to fetch")
    command.set_defaults(run=_data)

    command = commands.add_parser("grade", add_help=False, help="grade a class (full edition only)")
    command.set_defaults(run=_grade)

    command = commands.add_parser("grade-one", add_help=False, help="run one job of a grading (full edition only)")
    command.set_defaults(run=_grade_one)

    command = commands.add_parser("collect", add_help=False, help="take a class's notebooks (full edition only)")
    command.set_defaults(run=_collect)

    options, rest = parser.parse_known_args(arguments)
    if rest and options.run not in (_grade, _grade_one, _collect):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = rest
    try:
        return options.run(options)
    except (OSError, ValueError) as error:
        print(f"unrolled: {error}", file=sys.stderr)
        return 2


def _check(options: argparse.Namespace) -> int:
    path = options.notebook or find_notebook(options.assignment)
    notebook = read_notebook(path)
    if options.hidden:
        try:
            from grading.submission import with_hidden_tests
        except ImportError:
            raise ValueError("--hidden needs the full edition: the hidden tests are not part of this one") from None
        notebook = with_hidden_tests(options.assignment, notebook)
    print(f"Checking {path} ...", flush=True)
    results = run_checks(notebook, path.parent)
    print(report(options.assignment, results))
    return 0 if all(result.state == PASSED for result in results) else 1


def _grade(options: argparse.Namespace) -> int:
    return _instructors_commands().main(options.rest)


def _grade_one(options: argparse.Namespace) -> int:
    return _instructors_commands().grade_one_command(options.rest)


def _collect(options: argparse.Namespace) -> int:
    return _instructors_commands().collect_command(options.rest)


def _instructors_commands() -> ModuleType:
    try:
        from grading import command
    except ImportError:
        raise ValueError("this needs the full edition: the one that is installed is for students") from None
    return command


def _data(options: argparse.Namespace) -> int:
    from .data import DATA_SETS, data_folder, fetch  # imports torch, which takes seconds and `check` does not need

    if options.action == "fetch":
        if options.name is None:
            raise ValueError(f"data fetch needs a name: one of {', '.join(sorted(DATA_SETS))}")
        print(fetch(options.name))
        archive = data_folder() / DATA_SETS[options.name].file
        if DATA_SETS[options.name].unpacks and archive.exists():
            print(f"{archive} is unpacked; you may delete it.")
        return 0
    print(f"Data sets are kept in {data_folder()} (set UNROLLED_DATA to change that).")
    for data_set in DATA_SETS.values():
        here = "here" if data_set.is_here() else "not here"
        print(f"  {data_set.name:21} {data_set.size:>8}  {here:9} {data_set.licence}; {data_set.citation}")
    print("MNIST and VOC come through torchvision: load_mnist('train', download=True) and load_voc fetch them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
