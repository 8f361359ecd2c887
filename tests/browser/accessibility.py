"""What can be found wrong with an open page by a machine, and how it looks to different people."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.chat import Chat

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: The rules that were broken, and where.
_RUN_AXE = """([context, tags]) => axe.run(context ?? document, {
  runOnly: { type: "tag", values: tags }, resultTypes: ["violations"],
}).then((found) => found.violations.flatMap(({ id, nodes }) =>
  nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`)))"""

#: What is drawn is there where it stays.
_SETTLED = """async () => {
  const root = document.querySelector("clinic-chat").shadowRoot;
  const ends = root.getAnimations({ subtree: true })
    .filter((each) => each.effect.getComputedTiming().iterations !== Infinity);
  await Promise.all(ends.map((each) => each.finished.catch(() => null)));
  await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
}"""

#: What can be pressed and is not 44 px wide and high. Links within a text are as high as its line.
_SMALL_TARGETS = """() => [...document.querySelector("clinic-chat").shadowRoot.querySelectorAll(
    "a, button, textarea, input:not([type=radio]), label:has(input), summary")]
  .filter((each) => getComputedStyle(each).display !== "inline" && each.checkVisibility())
  .map((each) => [each.textContent.trim() || each.ariaLabel, each.getBoundingClientRect()])
  .filter(([, box]) => Math.min(box.width, box.height) < 43.9)
  .map(([name, box]) => `${name}: ${box.width} by ${box.height}`)"""

#: Letters smaller than 16 px where something is typed make a telephone zoom in.
_SMALL_FIELDS = """() => [...document.querySelector("clinic-chat").shadowRoot.querySelectorAll(
    "textarea, input:not([type=radio])")]
  .map((each) => parseFloat(getComputedStyle(each).fontSize)).filter((size) => size < 16)"""

#: What has to be moved sideways to be read.
_TOO_WIDE = """() => [document.scrollingElement,
    ...document.querySelector("clinic-chat").shadowRoot.querySelectorAll("*")]
  .filter((each) => each.checkVisibility() && each.clientWidth > 1)
  .filter((each) => each === document.scrollingElement
    || getComputedStyle(each).display !== "inline")
  .filter((each) => each.scrollWidth > each.clientWidth + 1
    || each.getBoundingClientRect().right > innerWidth + 1)
  .map((each) => `${each.tagName} ${each.className}: ${each.scrollWidth} in ${each.clientWidth}`)"""

#: Media features and the window's size. 320 by 256 is what 400 % leaves of 1280 by 1024.
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced_colours": {"forced_colors": "active"},
    "small": {"size": (320, 568)},
    "zoomed": {"size": (320, 256)},
}
_SIZE = (1180, 820)


def look(page: Page, name: str) -> None:
    """Look at the page like this."""
    asked = dict(LOOKS[name])
    width, height = asked.pop("size", _SIZE)
    page.set_viewport_size({"width": width, "height": height})
    media: dict[str, Any] = {"color_scheme": "light", "forced_colors": "none", **asked}
    page.emulate_media(**media)


def findings(chat: Chat, context: str | None = None) -> list[str]:
    """What is wrong with the page, or only with the part of it that `context` selects."""
    page = chat.page
    page.evaluate(_SETTLED)
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(Axe().axe_script)
    found = [str(each) for each in page.evaluate(_RUN_AXE, [context, _TAGS])]
    for what, script in (
        ("hard to hit", _SMALL_TARGETS),
        ("small letters", _SMALL_FIELDS),
        ("too wide", _TOO_WIDE),
    ):
        found += [f"{what}: {each}" for each in page.evaluate(script)]
    return found


def live_regions(page: Page) -> list[dict[str, Any]]:
    """The live regions of the accessibility tree: role, name, live, relevant, and their parents."""
    session = page.context.new_cdp_session(page)
    try:
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    finally:
        session.detach()
    by_id = {node["nodeId"]: node for node in nodes}
    found = []
    for node in nodes:
        properties = (
            {each["name"]: each["value"].get("value") for each in node["properties"]}
            if ("properties" in node)
            else {}
        )
        if node.get("ignored") or node.get("role", {}).get("value") not in (
            "log",
            "status",
            "alert",
        ):
            continue
        parents = []
        parent = by_id.get(node.get("parentId", ""))
        while parent is not None:
            parents.append(parent.get("role", {}).get("value"))
            parent = by_id.get(parent.get("parentId", ""))
        found.append(
            {
                "role": node["role"]["value"],
                "name": node.get("name", {}).get("value", ""),
                "live": properties.get("live"),
                "relevant": properties.get("relevant"),
                "parents": parents,
            }
        )
    return found
