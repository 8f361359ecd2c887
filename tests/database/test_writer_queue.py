"""Whoever came first writes first, and who gives up is not waited for."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.database.writer_queue import TurnTimeoutError, WriterQueue


def until_waiting(queue: WriterQueue, count: int) -> None:
    end = time.monotonic() + 30
    while len(queue._waiting) < count:
        assert time.monotonic() < end, f"{count} did not come to wait"
        time.sleep(0.001)


def test_turns_go_by_the_order_of_arrival() -> None:
    queue = WriterQueue(60)
    order: list[int] = []

    def write(number: int) -> None:
        with queue.turn():
            order.append(number)

    with ThreadPoolExecutor(8) as pool, queue.turn():
        for number in range(8):
            pool.submit(write, number)
            until_waiting(queue, number + 1)
    assert order == list(range(8))


def test_nobody_writes_at_the_same_time() -> None:
    queue = WriterQueue(60)
    inside = 0
    most = 0

    def write(_: int) -> None:
        nonlocal inside, most
        with queue.turn():
            inside += 1
            most = max(most, inside)
            time.sleep(0)
            inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(400)))
    assert most == 1


def test_who_gave_up_is_passed_over() -> None:
    queue = WriterQueue(0.01)
    with queue.turn():
        with pytest.raises(TurnTimeoutError), queue.turn():
            raise AssertionError("two at once")
        assert not queue._waiting
    with queue.turn():
        pass


def test_an_interrupt_while_waiting_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = WriterQueue(60)

    def interrupted(event: threading.Event, seconds: float | None = None) -> bool:
        raise KeyboardInterrupt

    with queue.turn():
        with monkeypatch.context() as patched:
            patched.setattr(threading.Event, "wait", interrupted)
            with pytest.raises(KeyboardInterrupt), queue.turn():
                raise AssertionError("two at once")
        assert not queue._waiting
    with queue.turn():
        pass


def test_a_writer_that_fails_passes_its_turn_on() -> None:
    queue = WriterQueue(1)
    with pytest.raises(ZeroDivisionError), queue.turn():
        raise ZeroDivisionError
    with queue.turn():
        pass
