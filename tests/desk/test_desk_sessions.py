"""How long a session of staff lasts, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from bot.database.engine import Database
from bot.database.schema import desk_sessions
from bot.gateway.desk.sessions import DeskSessions, SignInOverError
from bot.gateway.limits import load_limits
from bot.intake.actors import COMMAND_LINE
from bot.intake.staff import Role, StaffStore, User

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=timezone.utc)
LIMITS = load_limits().desk
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def staff(database: Database) -> StaffStore:
    return StaffStore(database, QUICK)


@pytest.fixture
def dana(staff: StaffStore) -> User:
    return staff.add("dana", "long enough as it is", role=Role.AGENT, actor=COMMAND_LINE)


@pytest.fixture
def sessions(database: Database) -> DeskSessions:
    return DeskSessions(database, LIMITS)


def after(**length: float) -> datetime:
    return NOW + timedelta(**length)


def test_a_session_is_found_by_its_token_alone(sessions: DeskSessions, dana: User) -> None:
    token = sessions.open(dana, replacing=None, now=NOW)
    found = sessions.find(token, now=NOW)
    assert found
    assert (found.user, found.started_at) == (dana, NOW)
    assert found.ends_at == after(minutes=LIMITS.idle_minutes)
    assert len(found.form_token) == 43
    assert sessions.find(found.token_digest, now=NOW) is None
    assert token not in repr(found)
    assert found.form_token not in repr(found)


def test_a_session_ends_when_nothing_is_done(sessions: DeskSessions, dana: User) -> None:
    token = sessions.open(dana, replacing=None, now=NOW)
    idle = LIMITS.idle_minutes
    assert sessions.find(token, now=after(minutes=idle, seconds=-1)) is not None
    assert sessions.find(token, now=after(minutes=2 * idle, seconds=-2)) is not None
    assert sessions.find(token, now=after(minutes=3 * idle, seconds=-2)) is None


def test_asking_for_news_does_not_keep_a_session_alive(sessions: DeskSessions, dana: User) -> None:
    token = sessions.open(dana, replacing=None, now=NOW)
    for minute in range(int(LIMITS.idle_minutes)):
        found = sessions.find(token, acting=False, now=after(minutes=minute))
        assert found
        assert found.ends_at == after(minutes=LIMITS.idle_minutes)
    assert sessions.find(token, acting=False, now=after(minutes=LIMITS.idle_minutes)) is None


def test_a_session_ends_in_any_case(sessions: DeskSessions, dana: User) -> None:
    token = sessions.open(dana, replacing=None, now=NOW)
    end = after(hours=LIMITS.absolute_hours)
    now = NOW
    while now < end:
        found = sessions.find(token, now=now)
        assert found
        assert found.ends_at <= end
        now += timedelta(minutes=10)
    assert sessions.find(token, now=end) is None


def test_what_a_person_does_is_not_written_down_every_time(
    sessions: DeskSessions, dana: User, database: Database
) -> None:
    token = sessions.open(dana, replacing=None, now=NOW)

    def seen_at() -> datetime:
        with database.reading() as connection:
            found: datetime = connection.execute(select(desk_sessions.c.seen_at)).scalar_one()
            return found

    sessions.find(token, now=after(seconds=LIMITS.seen_seconds - 1))
    assert seen_at() == NOW
    sessions.find(token, now=after(seconds=LIMITS.seen_seconds))
    assert seen_at() == after(seconds=LIMITS.seen_seconds)


def test_signing_in_clears_away_what_has_ended(
    sessions: DeskSessions, dana: User, database: Database
) -> None:
    sessions.open(dana, replacing=None, now=NOW)
    kept = sessions.open(dana, replacing=None, now=after(minutes=10))
    replaced = sessions.open(dana, replacing=None, now=after(minutes=10))
    sessions.open(dana, replacing=replaced, now=after(minutes=16))
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(desk_sessions)).scalar() == 2
    assert sessions.find(kept, now=after(minutes=16)) is not None


def test_closing_ends_one_session(sessions: DeskSessions, dana: User) -> None:
    one, other = (sessions.open(dana, replacing=None, now=NOW) for _ in range(2))
    found = sessions.find(one, now=NOW)
    assert found
    sessions.close(found)
    assert sessions.find(one, now=NOW) is None
    assert sessions.find(other, now=NOW) is not None


def test_rights_that_end_end_every_session(
    sessions: DeskSessions, staff: StaffStore, dana: User
) -> None:
    for end in (
        lambda: staff.set_password("dana", "another one, as long", actor=COMMAND_LINE),
        lambda: staff.disable("dana", actor=COMMAND_LINE),
    ):
        dana = staff.named("dana") or dana
        tokens = [sessions.open(dana, replacing=None, now=NOW) for _ in range(2)]
        end()
        # Who proved themselves before that comes too late.
        with pytest.raises(SignInOverError):
            sessions.open(dana, replacing=None, now=NOW)
        assert [sessions.find(token, now=NOW) for token in tokens] == [None, None]
    staff.enable("dana", actor=COMMAND_LINE)
    token = sessions.open(staff.named("dana") or dana, replacing=None, now=NOW)
    staff.set_role("dana", Role.VIEWER, actor=COMMAND_LINE)
    found = sessions.find(token, now=NOW)
    assert found
    assert found.user.role is Role.VIEWER
