"""Fixtures: a desk over real stores in a database of its own, and people who work at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.example_desk import ExampleDesk
from bot.intake.staff import Role
from tests.databases import with_tables
from tests.desk.browsing import URL, Browser

SignIn = Callable[..., Browser]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ExampleDesk]:
    """An empty desk: nobody can sign in yet."""
    with_tables(tmp_path / "desk.db")
    made = ExampleDesk(tmp_path, URL)
    yield made
    made.database.close()


@pytest.fixture
def sign_in(desk: ExampleDesk) -> SignIn:
    """Signs somebody of a role in, in a browser of their own. They are named by their role."""

    def sign_one_in(role: Role = Role.AGENT, name: str | None = None) -> Browser:
        name = name or role.value
        if desk.staff.named(name) is None:
            desk.add_user(name, role)
        browser = Browser(desk)
        assert browser.sign_in(name).status_code == 303
        return browser

    return sign_one_in


@pytest.fixture
def agent(sign_in: SignIn) -> Browser:
    return sign_in(Role.AGENT)


@pytest.fixture
def admin(sign_in: SignIn) -> Browser:
    return sign_in(Role.ADMIN)
