"""nbgrader's configuration: this folder is the course directory."""

from pathlib import Path

from grading.source import write_sources

c = get_config()  # noqa: F821  (nbgrader defines it)

c.CourseDirectory.course_id = "unrolled"
c.CourseDirectory.root = str(Path(__file__).parent)
c.CourseDirectory.source_directory = "_build/source"
c.CourseDirectory.release_directory = "assignments"
c.GenerateAssignment.force = True  # the released notebook is in the repository: write over it, never skip it
c.Execute.timeout = 300  # seconds per cell; nbgrader's 30 are too few for a slow machine's first `import torch`
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}

# Instructors write text notebooks; nbgrader reads notebooks. Bring those up to date before it looks.
write_sources(Path(__file__).parent)
