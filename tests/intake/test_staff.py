"""The staff and their passwords, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.database.schema import users
from bot.intake.actors import COMMAND_LINE, Actor
from bot.intake.staff import Role, StaffStore, User
from bot.intake.staff_rules import StaffError, StaffFault, normal

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def staff(database: Database) -> StaffStore:
    return StaffStore(database, QUICK)


def add(staff: StaffStore, name: str = "dana", password: str = PASSWORD, **changes: str) -> User:
    return staff.add(name, password, role=Role.AGENT, actor=COMMAND_LINE, **changes)


def stored_hash(database: Database) -> str:
    with database.reading() as connection:
        found: str = connection.execute(select(users.c.password_hash)).scalar_one()
        return found


def test_nobody_is_there_at_first(staff: StaffStore) -> None:
    assert staff.all() == ()
    assert not staff.can_anybody_sign_in()
    assert staff.authenticate("admin", "admin") is None


def test_a_person_is_known_by_name_and_password(staff: StaffStore, database: Database) -> None:
    dana = add(staff, " Dana ", shown_name="Dana  from intake")
    assert (dana.name, dana.shown_name, dana.role) == ("dana", "Dana from intake", Role.AGENT)
    assert staff.authenticate("DANA", PASSWORD) == dana
    assert staff.get(dana.id) == staff.named("Dana") == dana
    assert staff.get("x" * 32) is staff.named("nobody") is None
    assert staff.can_anybody_sign_in()
    for name, password in (("dana", "wrong"), ("nobody", PASSWORD), ("dana", ""), ("", "")):
        assert staff.authenticate(name, password) is None
    assert stored_hash(database).startswith("$argon2id$")
    assert PASSWORD not in stored_hash(database)


def test_a_password_is_hashed_as_rfc_9106_advises(database: Database) -> None:
    add(StaffStore(database))
    assert extract_parameters(stored_hash(database)) == RFC_9106_LOW_MEMORY


def test_the_shown_name_is_made_from_the_name(staff: StaffStore) -> None:
    assert add(staff, "sam.lee").shown_name == "Sam"


@pytest.mark.parametrize(
    ("name", "password", "shown_name", "fault"),
    [
        ("", PASSWORD, "X", StaffFault.NAME_MALFORMED),
        ("two words", PASSWORD, "X", StaffFault.NAME_MALFORMED),
        (".dot", PASSWORD, "X", StaffFault.NAME_MALFORMED),
        ("a/b", PASSWORD, "X", StaffFault.NAME_MALFORMED),
        ("é", PASSWORD, "X", StaffFault.NAME_MALFORMED),
        ("x" * 65, PASSWORD, "X", StaffFault.NAME_MALFORMED),
        ("dana", "eleven char", "X", StaffFault.PASSWORD_SHORT),
        ("dana", "x" * 257, "X", StaffFault.PASSWORD_LONG),
        ("dana.of.intake", "Dana.Of.Intake", "X", StaffFault.PASSWORD_IS_NAME),
        ("dana", "dana of intake", "Dana of intake", StaffFault.PASSWORD_IS_NAME),
        ("dana", PASSWORD, "\u200b", StaffFault.SHOWN_NAME_MALFORMED),
        ("dana", PASSWORD, "\u202eanad", StaffFault.SHOWN_NAME_MALFORMED),
        ("dana", PASSWORD, "x" * 65, StaffFault.SHOWN_NAME_MALFORMED),
    ],
)
def test_who_cannot_be_added(
    staff: StaffStore, name: str, password: str, shown_name: str, fault: StaffFault
) -> None:
    with pytest.raises(StaffError) as refused:
        add(staff, name, password, shown_name=shown_name)
    assert refused.value.fault is fault
    assert password not in str(refused.value)
    assert staff.all() == ()


def test_a_name_is_taken_once_however_many_want_it(staff: StaffStore) -> None:
    def attempt(number: int) -> bool:
        try:
            add(staff, "dana")
        except StaffError as error:
            assert error.fault is StaffFault.NAME_TAKEN
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(8))) == [False] * 7 + [True]


def test_a_password_is_changed(staff: StaffStore) -> None:
    add(staff)
    staff.set_password("Dana", "another one, as long", actor=COMMAND_LINE)
    assert staff.authenticate("dana", PASSWORD) is None
    assert staff.authenticate("dana", "another one, as long") is not None
    with pytest.raises(StaffError) as refused:
        staff.set_password("dana", "short", actor=COMMAND_LINE)
    assert refused.value.fault is StaffFault.PASSWORD_SHORT


def test_a_password_is_the_same_however_it_was_typed(staff: StaffStore) -> None:
    add(staff, password="cafe\u0301 au lait, s'il")
    assert staff.authenticate("dana", "caf\u00e9 au lait, s'il") is not None


def test_a_disabled_person_is_nobody_until_enabled(staff: StaffStore) -> None:
    add(staff)
    staff.disable("dana", actor=COMMAND_LINE)
    assert staff.authenticate("dana", PASSWORD) is None
    assert not staff.can_anybody_sign_in()
    assert [user.disabled for user in staff.all()] == [True]
    staff.enable("dana", actor=COMMAND_LINE)
    assert staff.authenticate("dana", PASSWORD) is not None


def test_a_hash_of_older_parameters_is_renewed(database: Database, staff: StaffStore) -> None:
    add(staff)
    old = stored_hash(database)
    assert staff.authenticate("dana", PASSWORD) is not None
    assert stored_hash(database) == old
    stronger = StaffStore(database, PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert stronger.authenticate("dana", "wrong") is None
    assert stored_hash(database) == old
    assert stronger.authenticate("dana", PASSWORD) is not None
    assert "m=16,t=2" in stored_hash(database)
    assert stronger.authenticate("dana", PASSWORD) is not None


def test_an_unknown_name_takes_as_much_work(
    staff: StaffStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(staff)
    verified: list[str] = []
    verify = PasswordHasher.verify

    def count(hasher: PasswordHasher, stored: str, password: str) -> bool:
        verified.append(stored)
        return verify(hasher, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", count)
    staff.authenticate("dana", "wrong")
    staff.authenticate("nobody", "wrong")
    assert len(verified) == 2
    assert verified[0].split("$")[:4] == verified[1].split("$")[:4]


def test_every_change_is_in_the_audit(staff: StaffStore, database: Database) -> None:
    dana = add(staff)
    by = Actor(dana.id, "user:dana")
    assert dana.actor == by
    staff.set_password("dana", "another one, as long", actor=by)
    staff.set_role("dana", Role.ADMIN, actor=by)
    staff.disable("dana", actor=by)
    staff.enable("dana", actor=COMMAND_LINE)
    with database.reading() as connection:
        lines = audit_log.entries(connection)
    assert {line.subject for line in lines} == {"dana"}
    assert [(line.action, line.actor, dict(line.detail)) for line in reversed(lines)] == [
        (AuditAction.USER_ADDED, "command line", {"role": "agent"}),
        (AuditAction.USER_CHANGED, "user:dana", {"changed": "password"}),
        (AuditAction.USER_CHANGED, "user:dana", {"changed": "role", "role": "admin"}),
        (AuditAction.USER_CHANGED, "user:dana", {"changed": "disabled"}),
        (AuditAction.USER_CHANGED, "command line", {"changed": "enabled"}),
    ]


def test_nobody_who_is_not_there_is_changed(staff: StaffStore) -> None:
    for change in (
        lambda: staff.set_password("nobody", PASSWORD, actor=COMMAND_LINE),
        lambda: staff.set_role("nobody", Role.ADMIN, actor=COMMAND_LINE),
        lambda: staff.disable("nobody", actor=COMMAND_LINE),
        lambda: staff.enable("nobody", actor=COMMAND_LINE),
    ):
        with pytest.raises(StaffError) as refused:
            change()
        assert refused.value.fault is StaffFault.NAME_UNKNOWN


def test_a_role_includes_the_ones_before_it() -> None:
    assert [[one.includes(other) for other in Role] for one in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_password_at_all_breaks_anything(password: str) -> None:
    # Without a database: what is refused is refused before it is asked.
    assert normal(normal(password)) == normal(password)
    normal(password).encode()
