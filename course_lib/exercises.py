"""Functions of the library that students write themselves.

`@exercise("a1")` marks a function as an exercise of assignment a1. The library always calls it through
the mark, so a student's version can take its place: after `complete(rnn_step)` every model in the library
runs on the student's `rnn_step`. In the student edition the bodies are removed and raise `Unfinished`.
"""

import difflib
import functools
import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


class Unfinished(NotImplementedError):
    """Raised by an exercise that nobody has written yet; names the assignment and the function."""

    def __init__(self, assignment: str, name: str):
        super().__init__(
            f"{name} is an exercise of assignment {assignment} and is not written yet: "
            f"write it in {assignment}.ipynb, then run `complete({name})` there."
        )


@dataclass
class Exercise:
    """One function to write: where it belongs, the library's version and, once completed, the student's."""

    assignment: str
    library: Callable  # the function as this edition of the library has it
    entry: Callable  # what the library calls: checks the arguments, then runs the version in use
    student: Callable | None = None

    @property
    def name(self) -> str:
        """The function's name."""
        return self.library.__name__

    @property
    def state(self) -> str:
        """'yours' after `complete`, else 'library' (full edition) or 'unfinished' (student edition)."""
        if self.student is not None:
            return "yours"
        # The student edition's bodies consist of `raise Unfinished(...)`: the name is in their bytecode.
        return "unfinished" if Unfinished.__name__ in self.library.__code__.co_names else "library"


_exercises: dict[str, Exercise] = {}


def exercise(assignment: str, accepts: Callable | None = None) -> Callable:
    """Mark a function as an exercise of `assignment`.

    `accepts(*arguments)`, if given, is called first with the same arguments and raises a clear error for
    bad ones. It stays in the student edition, so a student's version is protected by it too.
    """

    def mark(function: Callable) -> Callable:
        @functools.wraps(function)
        def entry(*args, **kwargs):
            if accepts is not None:
                accepts(*args, **kwargs)
            return (marked.student or marked.library)(*args, **kwargs)

        marked = Exercise(assignment, library=function, entry=entry)
        _exercises[function.__name__] = marked
        return entry

    return mark


def exercises(assignment: str | None = None) -> list[Exercise]:
    """All exercises of the library, or those of one assignment, in the order in which the library defines them."""
    _import_all_exercises()
    return [e for e in _exercises.values() if assignment in (None, e.assignment)]


def complete(function: Callable) -> None:
    """Put a student's function in place of the library's: from now on the whole library runs on it.

    The function is recognised by its name and must take the same arguments as the one it replaces.

    Raises:
        TypeError: not a function, the library's own function, or different arguments than agreed.
        NameError: no exercise has this name.
    """
    if not inspect.isfunction(function):
        raise TypeError(f"complete takes the function itself, as in complete(rnn_step); got {function!r}")
    marked = _find(function.__name__)
    if function is marked.entry:
        raise TypeError(
            f"this {marked.name} is the library's own, imported from course_lib. Write `def {marked.name}(...)` "
            "in the notebook, run that cell, and call complete again."
        )
    expected, got = (_arguments(f) for f in (marked.library, function))
    if expected != got:
        raise TypeError(f"{marked.name} should take {expected}, but yours takes {got}.")
    marked.student = function
    print(f"{marked.name}: from now on the library runs on your function.")


def restore(name: str) -> None:
    """Undo `complete`: the library runs on its own version of the exercise `name` again."""
    _find(name).student = None


def is_library(*names: str) -> bool:
    """Whether the library's own version of all these exercises is the one in use."""
    return all(_find(name).state == "library" for name in names)


def _find(name: str) -> Exercise:
    if name not in _exercises:
        _import_all_exercises()
    if name not in _exercises:
        close = difflib.get_close_matches(name, _exercises, n=1)
        hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(sorted(_exercises))}."
        raise NameError(f"no exercise is called {name!r}. {hint}")
    return _exercises[name]


def _arguments(function: Callable) -> str:
    """The arguments as they are written, without annotations: '(logits, temperature=1.0)'."""
    signature = inspect.signature(function)
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=plain, return_annotation=inspect.Signature.empty))


def _import_all_exercises() -> None:
    """Exercises register when their module is imported: import the modules that have some, and no others."""
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        if "\n@exercise(" in path.read_text(encoding="utf-8"):
            importlib.import_module(".".join([__package__, *path.relative_to(root).with_suffix("").parts]))
