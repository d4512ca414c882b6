"""Pages that need no network and read well: mends to what Jupyter Book and its theme put on every page."""

import re
from pathlib import Path

from sphinx.application import Sphinx

# These load scripts from the network, and the course offers neither live code in the page nor comments.
UNWANTED = ("sphinx_thebe", "sphinx_comments")

# RequireJS finds the widgets' files relative to this folder of ours instead of the page.
WIDGETS_FROM_HERE = "window.require = {baseUrl: document.documentElement.dataset.content_root + '_static/vendor'};"


def setup(app: Sphinx) -> dict:
    """Register the mends with Sphinx."""
    for listeners in app.events.listeners.values():
        listeners[:] = [one for one in listeners if not one.handler.__module__.startswith(UNWANTED)]
    app.registry.css_files[:] = [(name, _) for name, _ in app.registry.css_files if name != "sphinx-thebe.css"]
    app.add_js_file(None, body=WIDGETS_FROM_HERE, priority=100)
    app.add_js_file("page.js", loading_method="defer")
    app.add_css_file("page.css")
    app.connect("build-finished", drop_icon_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def drop_icon_script(app: Sphinx, error: Exception | None) -> None:
    """Remove fontawesome.js (1.4 MB on every page): the theme's icons draw from its font and style sheet alone."""
    if error is not None or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        lighter = re.sub(r'\s*<script defer src="[^"]*scripts/fontawesome\.js[^"]*"></script>', "", html)
        if lighter != html:
            page.write_text(lighter, encoding="utf-8")
    for useless in (*Path(app.outdir, "_static/scripts").glob("fontawesome.js*"), *Path(app.outdir).rglob("*.map")):
        useless.unlink(missing_ok=True)
