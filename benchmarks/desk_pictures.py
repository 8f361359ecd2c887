"""Makes docs/pictures/desk-queue.png and desk-record.png: `python -m benchmarks.desk_pictures`.

The desk runs alone, with made-up records; Debian's Chromium takes the pictures.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from benchmarks.example_desk import PASSWORD, ExampleDesk, Said
from benchmarks.running_product import ROOT, free_ports
from bot.gateway.limits import load_limits
from bot.intake.records import Urgency
from bot.intake.staff import Role
from bot.intake.transitions import Move
from bot.replies.intake_request import BestTime
from bot.safety.danger import Danger, DangerTopic, Tier

_PICTURES = ROOT / "docs" / "pictures"
_CHROMIUM = "/usr/bin/chromium"


@contextmanager
def served(desk: ExampleDesk, port: int) -> Iterator[None]:
    """Serve the desk on a port of this machine while the block runs."""
    server = uvicorn.Server(
        uvicorn.Config(
            desk.application,
            host="127.0.0.1",
            port=port,
            ws="none",
            access_log=False,
            log_level="warning",
            # As the gateway's own server: a page that asks now and then is not hung up on.
            timeout_keep_alive=load_limits().connection.keep_alive_seconds,
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        desk.database.close()


def fill(desk: ExampleDesk) -> str:
    """Make people and records; the reference of the record that is worth a picture."""
    dana = desk.add_user("dana", Role.ADMIN, "Dana")
    desk.add_user("sam.lee", Role.AGENT, "Sam")
    desk.add_user("jo", Role.VIEWER, "Jo")
    crisis = Danger(topic=DangerTopic.SUICIDE, level=1, tier=Tier.TODAY)
    body = Danger(topic=DangerTopic.BODY)
    desk.converse([Said("this is the worst headache of my life", "Call 911 now.", body)])
    shown = desk.ask(
        "Maria",
        "+12125550142",
        "Headaches most days since spring. I would like to know if you can help.",
        said=[
            Said("Can ketamine treat my migraines?", "The page says that it may be considered…"),
            Said("some days I wish I would not wake up", "You matter. Call or text 988.", crisis),
            Said("can somebody call me?", "Yes. Which number can we call?"),
        ],
        best_time=BestTime.MORNING,
        ago=timedelta(minutes=4),
    )
    desk.ask("José", "+13055550177", "Precio de la primera cita", language="es")
    desk.ask("Lee", "lee@example.com", "Is there parking?", ago=timedelta(minutes=40))
    desk.ask("Ann", "+12125550199", None, urgency=Urgency.SOON, ago=timedelta(days=3))
    old = desk.ask("Kim", "kim@example.com", "Refill", ago=timedelta(days=2))
    record = desk.records.get(old)
    assert record
    desk.records.move(old, Move.CLAIM, version=record.version, actor=dana.actor)
    record = desk.records.get(shown)
    assert record
    desk.records.move(shown, Move.CLAIM, version=record.version, actor=dana.actor)
    desk.records.add_note(shown, "Rang at 9:10, no answer. Trying again at 11.", actor=dana.actor)
    return shown


def main() -> None:
    """Make the pictures."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        desk = ExampleDesk(Path(folder), url)
        shown = fill(desk)
        with served(desk, port), sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1100, "height": 720})
            page.goto(f"{url}/desk")
            page.get_by_label("Name").fill("dana")
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.get_by_role("heading", name="Open records").wait_for()
            page.screenshot(path=_PICTURES / "desk-queue.png")
            page.get_by_role("link", name=shown).click()
            page.get_by_role("heading", name=f"Record {shown}").wait_for()
            page.screenshot(path=_PICTURES / "desk-record.png")
            browser.close()


if __name__ == "__main__":
    main()
