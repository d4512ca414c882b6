"""What all tests share."""

import os
import sys
from pathlib import Path

# nbgrader calls `alembic` by name: find the one of this environment even if it is not activated.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
os.environ["TQDM_DISABLE"] = "1"
