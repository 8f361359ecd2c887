"""Alerts that wait: none is lost or doubled, whatever the disk does and whenever we crash."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.intake.alert_spool import AlertSpool, SpoolFullError
from bot.intake.safety_alerts import SafetyAlert
from bot.safety.danger import Danger, DangerTopic
from tests.intake.alerts import alert, no_space


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var" / "alerts"


@pytest.fixture
def spool(folder: Path) -> AlertSpool:
    return AlertSpool(folder, 100)


def reopened(folder: Path) -> AlertSpool:
    """The spool as the next run finds it."""
    spool = AlertSpool(folder, 100)
    spool.load()
    return spool


def hold(spool: AlertSpool, *alerts: SafetyAlert) -> None:
    for each in alerts:
        spool.hold(each)
    spool.write()


def test_an_alert_survives_a_restart(spool: AlertSpool, folder: Path) -> None:
    waiting = (alert(1), alert(2, danger=Danger(topic=DangerTopic.BODY), entry=None))
    hold(spool, *waiting)
    assert reopened(folder).waiting(10) == waiting


def test_one_small_file_each_for_its_owner_only(spool: AlertSpool, folder: Path) -> None:
    before = os.umask(0)
    try:
        hold(spool, alert(1), alert(2))
    finally:
        os.umask(before)
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == [f"{alert(1).id}.json", f"{alert(2).id}.json"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(file.stat().st_size < 1000 for file in files)


def test_a_file_holds_these_fields_and_no_other(spool: AlertSpool, folder: Path) -> None:
    hold(spool, alert(1))
    (file,) = folder.iterdir()
    assert json.loads(file.read_bytes()) == {
        "id": alert(1).id,
        "occurred_at": "2026-07-01T12:01:00.123456+00:00",
        "danger": {
            "topic": "suicide",
            "tier": "emergency_department",
            "level": 4,
            "about": "someone_else",
            "language": "es",
        },
        "found_by": "screen",
        "conversation_id": None,
        "entry": "suicide.plan",
        "joins": None,
    }


def test_holding_does_not_touch_the_disk(spool: AlertSpool, folder: Path) -> None:
    assert spool.hold(alert())
    assert not spool.hold(alert())
    assert len(spool) == 1
    assert not folder.exists()


def test_the_oldest_come_first(spool: AlertSpool) -> None:
    hold(spool, alert(3), alert(1), alert(2))
    assert spool.waiting(2) == (alert(1), alert(2))


def test_what_is_stored_is_gone_for_good(spool: AlertSpool, folder: Path) -> None:
    hold(spool, alert(1), alert(2))
    spool.remove([alert(9), *spool.waiting(1)])
    assert spool.waiting(10) == reopened(folder).waiting(10) == (alert(2),)


def test_only_so_many_may_wait(folder: Path) -> None:
    spool = AlertSpool(folder, 2)
    hold(spool, alert(1), alert(2))
    with pytest.raises(SpoolFullError):
        spool.hold(alert(3))
    assert not spool.hold(alert(1))
    spool.remove(spool.waiting(1))
    assert spool.hold(alert(3))


def test_an_alert_that_gains_its_conversation_meanwhile_is_kept(
    spool: AlertSpool, folder: Path
) -> None:
    hold(spool, alert())
    taken = spool.waiting(10)
    linked = alert(conversation_id="c" * 32)
    assert not spool.hold(linked)
    spool.remove(taken)
    assert spool.waiting(10) == (linked,)
    spool.write()
    assert reopened(folder).waiting(10) == (linked,)
    assert not spool.hold(alert())
    assert spool.waiting(10) == (linked,)


BROKEN = {
    "empty": b"",
    "cut short": b'{"id": "',
    "no object": b"[]",
    "deep": b"[" * 4000,
    "not UTF-8": b'{"id": "\xff"}',
    "large": b" " * 100_000,
    "of another alert": json.dumps({"id": alert(5).id}).encode(),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_set_aside_and_blocks_nothing(
    spool: AlertSpool, folder: Path, content: bytes
) -> None:
    hold(spool, alert(1), alert(3))
    broken = folder / f"{alert(2).id}.json"
    broken.write_bytes(content)
    opened = AlertSpool(folder, 100)
    assert opened.load() == 1
    assert opened.waiting(10) == (alert(1), alert(3))
    assert broken.with_name(broken.name + ".broken").read_bytes() == content
    assert not broken.exists()
    assert opened.load() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "0" * 31),
        ("occurred_at", "2026-07-01T12:00:00"),
        ("occurred_at", None),
        ("danger", None),
        ("found_by", None),
        ("conversation_id", "../../etc/passwd"),
        ("entry", "a\nb"),
        ("text", "what the patient wrote"),
    ],
)
def test_a_file_with_a_wrong_field_is_broken(
    spool: AlertSpool, folder: Path, field: str, value: object
) -> None:
    hold(spool, alert(1))
    (file,) = folder.iterdir()
    file.write_text(json.dumps(json.loads(file.read_bytes()) | {field: value}))
    opened = AlertSpool(folder, 100)
    assert (opened.load(), opened.waiting(10)) == (1, ())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("topic", "joke"),
        ("topic", None),
        ("tier", "tomorrow"),
        ("level", 7),
        ("level", 0),
        ("about", ""),
        ("language", "es\x00"),
        ("language", "what the patient wrote"),
        ("text", "what the patient wrote"),
    ],
)
def test_a_file_with_a_wrong_danger_is_broken(
    spool: AlertSpool, folder: Path, field: str, value: object
) -> None:
    hold(spool, alert(1))
    (file,) = folder.iterdir()
    stored = json.loads(file.read_bytes())
    stored["danger"][field] = value
    file.write_text(json.dumps(stored))
    opened = AlertSpool(folder, 100)
    assert (opened.load(), opened.waiting(10)) == (1, ())


def test_a_file_that_cannot_be_renamed_or_removed_is_reported_once(
    spool: AlertSpool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(spool, alert(1))
    (folder / "broken.json").write_bytes(b"")
    opened = AlertSpool(folder, 100)
    monkeypatch.setattr(Path, "rename", no_space)
    monkeypatch.setattr(Path, "unlink", no_space)
    assert (opened.load(), opened.load()) == (1, 0)
    opened.remove(opened.waiting(1))
    assert opened.load() == 0
    assert opened.waiting(10) == ()


def test_a_file_that_cannot_be_read_now_is_read_later(
    spool: AlertSpool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(spool, alert(1))
    opened = AlertSpool(folder, 100)
    with monkeypatch.context() as broken:
        broken.setattr("bot.intake.alert_spool.read_alert", no_space)
        assert (opened.load(), len(opened)) == (0, 0)
    assert (opened.load(), len(opened)) == (0, 1)


@pytest.mark.parametrize("step", ["os.open", "os.fsync", "pathlib.Path.replace"])
def test_a_full_disk_keeps_alerts_in_memory(
    spool: AlertSpool, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    spool.hold(alert(1))
    with monkeypatch.context() as full:
        full.setattr(step, no_space)
        for _ in range(2):
            with pytest.raises(OSError, match="No space"):
                spool.write()
    assert spool.waiting(10) == (alert(1),)
    assert reopened(folder).waiting(10) == ()
    assert list(folder.glob(".*")) == []
    spool.write()
    assert reopened(folder).waiting(10) == (alert(1),)


def test_a_folder_that_cannot_be_made_keeps_alerts_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    spool = AlertSpool(tmp_path / "file" / "alerts", 10)
    assert spool.load() == 0
    spool.hold(alert())
    with pytest.raises(OSError, match="Not a directory"):
        spool.write()
    assert spool.waiting(10) == (alert(),)
    spool.remove([alert()])
    assert len(spool) == 0


def test_what_a_crash_left_unfinished_is_cleared_away(spool: AlertSpool, folder: Path) -> None:
    hold(spool, alert(1))
    unfinished = folder / f".{alert(2).id}.json.tmp"
    unfinished.write_bytes(b'{"id"')
    assert reopened(folder).waiting(10) == (alert(1),)
    assert not unfinished.exists()


def test_many_threads_lose_nothing(spool: AlertSpool, folder: Path) -> None:
    stored: list[SafetyAlert] = []
    over = threading.Event()

    def store() -> None:
        while not over.is_set() or len(spool):
            batch = spool.waiting(7)
            stored.extend(batch)
            spool.remove(batch)

    with ThreadPoolExecutor(5) as pool:
        storing = pool.submit(store)
        list(pool.map(lambda number: hold(spool, alert(number)), range(80)))
        over.set()
        storing.result()
    assert {each.id for each in stored} == {alert(number).id for number in range(80)}
    assert reopened(folder).waiting(100) == ()
