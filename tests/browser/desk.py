"""The staff desk as a person finds their way in it: by roles and names."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Route, expect

from benchmarks.example_desk import PASSWORD, ExampleDesk

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: WCAG 2.2, 2.5.8: what can be pressed and is not 24 px wide and high.
_SMALL_TARGETS = """() => [...document.querySelectorAll(
    "a, button, input, select, textarea, summary")]
  .map((element) => [element.textContent.trim() || element.name, element.getBoundingClientRect()])
  .filter(([name, box]) => box.width > 1 && Math.min(box.width, box.height) < 24)
  .map(([name, box]) => [name, box.width, box.height])"""

#: How far a key press may have to go.
_STOPS = 60


class DeskPage:
    """One browser at the desk. `troubles` are the errors and warnings of its console."""

    def __init__(self, page: Page, url: str, desk: ExampleDesk) -> None:
        self.page = page
        self.url = url
        self.desk = desk
        self.troubles: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(message.text)

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def open(self, path: str = "/desk") -> None:
        self.page.goto(f"{self.url}{path}")

    def sign_in(self, name: str = "agent") -> None:
        """Open the desk and sign in."""
        self.open()
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Open records")

    def press(self, name: str) -> None:
        """Press the button of that name."""
        self.button(name).click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def row(self, reference: str) -> Locator:
        """The record's row of a table."""
        return self.page.get_by_role("row").filter(has_text=reference)

    def walk_to(self, target: Locator, key: str = "Tab") -> None:
        """Press `key` until `target` has the focus."""
        for _ in range(_STOPS):
            if target.evaluate("(element) => element === document.activeElement"):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{key} does not lead there")

    def has_no_violation(self) -> None:
        """Axe finds nothing, and nothing has to be moved sideways."""
        # Before its styles are there a page has small buttons.
        self.page.wait_for_load_state("load")
        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": _TAGS}})
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"
        small = self.page.evaluate(_SMALL_TARGETS)
        assert small == [], f"{self.page.url}: hard to hit"
        beyond = self.page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        assert beyond <= 0, f"{self.page.url} goes {beyond} px beyond the window"

    def expects_trouble(self, *words: str) -> None:
        """The console complained of nothing but this, and did so."""
        assert self.troubles
        assert all(any(word in trouble for word in words) for trouble in self.troubles)
        self.troubles.clear()

    def cut_off(self) -> None:
        """The server answers no more."""

        def refuse(route: Route) -> None:
            route.abort("connectionrefused")

        self.page.route("**/*", refuse)
