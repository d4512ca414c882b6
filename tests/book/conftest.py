"""A built site on a local server, and a real browser that cannot reach anything else."""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from tests import debian

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge")
OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", OFFLINE]


@pytest.fixture(scope="session")
def site(pages) -> Iterator[str]:
    """The site's address on a local server, below a folder as on GitHub Pages."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def translate_path(self, path):
            return super().translate_path(path.removeprefix("/unrolled"))

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(pages)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/unrolled/"
    server.shutdown()


def find_browser() -> str | None:
    """A Chromium of this machine, installed if need be and possible."""
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return found
    debian.install("chromium")
    return next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium; where there is none the tests are skipped, and fail in continuous integration."""
    executable = find_browser()
    if executable is None:
        reason = f"no browser: none of {', '.join(NAMES)} is here, and Debian's chromium could not be installed"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium
        chromium.close()


class Watched:
    """A page together with everything that went wrong in it."""

    def __init__(self, context: BrowserContext, allowed: str):
        self.page: Page = context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("console", lambda m: self.problems.append(f"console: {m.text}") if m.type == "error" else None)
        self.page.on("requestfailed", self._failed)
        self.page.on("response", lambda r: self.problems.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        self.page.on("request", lambda request: self._is_ours(request.url, allowed))

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that is left stops what it still loads
            self.problems.append(f"failed: {request.url}")

    def _is_ours(self, url: str, allowed: str) -> None:
        if not url.startswith((allowed, "data:", "blob:")):
            self.problems.append(f"asks the network for {url}")

    def open(self, url: str) -> Page:
        """Load a page and wait until scripts, mathematics and widgets are done."""
        self.page.goto(url, wait_until="load")
        self.page.evaluate("() => window.MathJax?.startup?.promise")
        if self.page.locator('script[type="application/vnd.jupyter.widget-view+json"]').count():
            self.page.locator(".jupyter-widgets").first.wait_for(timeout=20_000)
            self.page.wait_for_load_state("networkidle")
        return self.page


@pytest.fixture
def watched(browser, site) -> Iterator[Watched]:
    """A page at desktop width that must not have had any problem in the end."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    watched = Watched(context, site)
    yield watched
    context.close()
    assert watched.problems == []
