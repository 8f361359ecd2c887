"""Makes docs/pictures/widget*.png: `python -m benchmarks.widget_pictures`.

The whole product runs; Debian's Chromium takes the pictures of the demonstration page.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.running_product import ROOT, running_product
from bot.content.widget_texts import load_widget_texts

_PICTURES = ROOT / "docs" / "pictures"
_CHROMIUM = "/usr/bin/chromium"
_QUESTION = "Can ketamine treat my migraines?"


class Pictures:
    """Takes pictures of the widget on the page at `url`, and keeps them in `folder`."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        self._browser = browser
        self._url = url
        self._folder = folder

    def take(self) -> None:
        """Take all of them."""
        page = self._open({"width": 1180, "height": 820})
        _ask(page, _QUESTION)
        _answered(page, "Was this helpful")
        self._keep(page, "widget")
        phone = self._open({"width": 390, "height": 844}, device_scale_factor=2)
        _ask(phone, _QUESTION)
        _answered(phone, "Was this helpful")
        self._keep(phone, "widget-phone")
        page = self._open({"width": 1180, "height": 820})
        _ask(page, "this is the worst headache of my life")
        _answered(page, "911")
        self._keep(page, "widget-emergency")
        page = self._open({"width": 1180, "height": 820})
        _fill_in_the_form(page)
        self._keep(page, "widget-form")
        page = self._open({"width": 1180, "height": 820}, "es", color_scheme="dark")
        _ask(page, _QUESTION)
        _answered(page, "¿Le sirvió?")
        self._keep(page, "widget-dark-spanish")

    def _open(self, viewport: dict[str, int], language: str = "en", **options: Any) -> Page:
        page: Page = self._browser.new_page(viewport=viewport, reduced_motion="reduce", **options)
        page.goto(f"{self._url}/?lang={language}")
        page.get_by_role("button", name=load_widget_texts().strings[language]["launcher"]).click()
        _answered(page, "What would you like to know?")
        return page

    def _keep(self, page: Page, name: str) -> None:
        page.mouse.move(0, 0)
        page.screenshot(path=self._folder / f"{name}.png")
        page.close()


def _ask(page: Page, text: str) -> None:
    page.get_by_role("dialog").get_by_role("textbox").last.fill(text)
    page.keyboard.press("Enter")


def _answered(page: Page, text: str) -> None:
    page.get_by_role("log").locator(":scope > div").last.get_by_text(text).first.wait_for()


def _fill_in_the_form(page: Page) -> None:
    page.get_by_role("button", name="Talk to a person").click()
    _answered(page, "What is your first name?")
    _ask(page, "Maria")
    _answered(page, "Which phone number")
    _ask(page, "+1 212 555 0142")
    _answered(page, "best time")
    page.get_by_role("button", name="Morning").click()
    _answered(page, "what is it about?")
    page.get_by_role("textbox", name=re.compile("about")).fill("Headaches most days since spring")
    page.keyboard.press("Enter")
    _answered(page, "Is this right?")


def main() -> None:
    """Make the pictures."""
    with running_product() as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        Pictures(browser, product.url, _PICTURES).take()
        browser.close()


if __name__ == "__main__":
    main()
