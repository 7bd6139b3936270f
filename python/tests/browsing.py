"""Pages in a browser: the system's Chromium, driven by Playwright, which tells of console messages,
errors and requests."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The browser, closed after the module's tests."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        reason = f"none of {', '.join(BROWSERS)} is on PATH; `.ci/browser` installs one"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    # WebGL in software, since test machines have no graphics card; root has no sandbox.
    options = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=options)
        yield browser
        browser.close()


@dataclasses.dataclass
class Opened:
    """A page in a browser, and what went wrong and what was fetched since it was opened."""

    page: Any
    errors: list[str]
    requests: list[str]


def opened(browser: Any, file: Path, width: int = 1280, scheme: str = "light") -> Opened:
    """Opens a page offline and waits until all is drawn."""
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    context.set_offline(True)
    page = context.new_page()
    result = Opened(page, [], [])
    page.on("pageerror", lambda error: result.errors.append(str(error)))
    page.on("request", lambda request: result.requests.append(request.url))

    def heard(message: Any) -> None:
        # Plotly's own warnings are traces or logs that begin with WARN.
        if message.type == "error" or "WARN" in message.text:
            result.errors.append(message.text)

    page.on("console", heard)
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-drawn]", state="attached", timeout=120_000)
    return result
