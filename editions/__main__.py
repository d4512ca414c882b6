"""`python -m editions site | assignments | release`."""

import argparse

from .site import ROOT, build_site


def main() -> None:
    """Run one of the commands behind the Makefile."""
    parser = argparse.ArgumentParser(prog="python -m editions")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("site", help="build the self-study edition of the site")
    parser.parse_args()
    pages = build_site("self-study")
    print(f"The site is at {pages / 'index.html'} ({pages.relative_to(ROOT)}); `make serve` shows it.")


if __name__ == "__main__":
    main()
