"""The people who work at the desk: what they may do, and how they prove who they are."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.database.schema import desk_sessions, users
from bot.intake.actors import Actor
from bot.intake.staff_rules import (
    LONGEST_PASSWORD,
    StaffError,
    StaffFault,
    check_password,
    checked_shown_name,
    folded,
    login_name,
    normal,
)

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Role(str, Enum):
    """What a person may do, each role all that the one before may."""

    VIEWER = "viewer"
    AGENT = "agent"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether a person of this role may do what one of `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True)
class User:
    """One person of staff. `name` signs in; `shown_name` is what patients see of who writes.

    `proof` is the password's hash when this was read: it is another once the password is changed.
    """

    id: str
    name: str
    shown_name: str
    role: Role
    disabled: bool = False
    proof: str = field(default="", repr=False, compare=False)

    @property
    def actor(self) -> Actor:
        """This person as the audit names them."""
        return Actor(self.id, f"user:{self.name}")


class StaffStore:
    """The staff of one database. A change that ends a person's rights ends their sessions too.

    Every method raises `DatabaseUnavailableError` when the database cannot do it.
    """

    def __init__(self, database: Database, hasher: PasswordHasher | None = None) -> None:
        self._database = database
        self._hasher = hasher or PasswordHasher()
        # Verified in place of the hash that an unknown name has not, so that it takes as long.
        self._decoy = self._hasher.hash(secrets.token_urlsafe())

    def add(
        self, name: str, password: str, *, role: Role, actor: Actor, shown_name: str | None = None
    ) -> User:
        """Add a person; without a shown name it is made from the name.

        Raises:
            StaffError: the name or password cannot be used, or the name is taken.
        """
        name = login_name(name)
        shown = checked_shown_name(shown_name or re.split(r"[._-]", name)[0].capitalize())
        hashed = self._hash(name, shown, password)
        user = User(uuid.uuid4().hex, name, shown, role, proof=hashed)
        row = {
            "id": user.id,
            "name": name,
            "shown_name": shown,
            "password_hash": hashed,
            "role": role.value,
            "created_at": _now(),
        }
        with self._database.writing() as connection:
            audit_log.lock(connection)
            insert = _INSERT[connection.dialect.name](users).values(row)
            if not connection.execute(insert.on_conflict_do_nothing()).rowcount:
                raise StaffError(StaffFault.NAME_TAKEN)
            audit_log.append(
                connection,
                actor=actor.name,
                action=AuditAction.USER_ADDED,
                subject=name,
                detail={"role": role.value},
            )
        return user

    def set_password(self, name: str, password: str, *, actor: Actor) -> None:
        """Give a person another password and sign them out everywhere.

        Raises:
            StaffError: the password cannot be used, or there is nobody of this name.
        """
        user = self._known(name)
        hashed = self._hash(user.name, user.shown_name, password)
        self._change(user.name, actor, {"changed": "password"}, password_hash=hashed)

    def set_role(self, name: str, role: Role, *, actor: Actor) -> None:
        """Let a person do more or less, from their next request on.

        Raises:
            StaffError: there is nobody of this name.
        """
        detail = {"changed": "role", "role": role.value}
        self._change(name, actor, detail, sign_out=False, role=role.value)

    def disable(self, name: str, *, actor: Actor) -> None:
        """Let a person sign in no more and sign them out everywhere.

        Raises:
            StaffError: there is nobody of this name.
        """
        self._change(name, actor, {"changed": "disabled"}, disabled_at=_now())

    def enable(self, name: str, *, actor: Actor) -> None:
        """Let a disabled person sign in again, with the password they had.

        Raises:
            StaffError: there is nobody of this name.
        """
        self._change(name, actor, {"changed": "enabled"}, disabled_at=None)

    def authenticate(self, name: str, password: str) -> User | None:
        """Who this is; None if name and password do not belong together, or they are disabled.

        Takes as long for a name that nobody has. A hash of older parameters is renewed.
        """
        with self._database.reading() as connection:
            row = connection.execute(select(users).where(users.c.name == folded(name))).first()
        stored = row.password_hash if row else self._decoy
        if not self._verify(stored, password) or row is None or row.disabled_at is not None:
            return None
        user = user_of(row)
        if self._hasher.check_needs_rehash(stored):
            renewed = self._hasher.hash(normal(password))
            with self._database.writing() as connection:
                connection.execute(
                    update(users)
                    # Not over a password that was set meanwhile.
                    .where(users.c.id == row.id, users.c.password_hash == stored)
                    .values(password_hash=renewed)
                )
            user = replace(user, proof=renewed)
        return user

    def get(self, user_id: str) -> User | None:
        """The person with this id, disabled or not."""
        return self._find(users.c.id == user_id)

    def named(self, name: str) -> User | None:
        """The person of this name, disabled or not."""
        return self._find(users.c.name == folded(name))

    def all(self) -> tuple[User, ...]:
        """Everybody, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(users).order_by(users.c.name))
            return tuple([user_of(row) for row in rows])

    def can_anybody_sign_in(self) -> bool:
        """Whether there is a person who is not disabled."""
        with self._database.reading() as connection:
            able = select(users.c.id).where(users.c.disabled_at.is_(None)).limit(1)
            return connection.execute(able).first() is not None

    def _find(self, condition: Any) -> User | None:
        with self._database.reading() as connection:
            row = connection.execute(select(users).where(condition)).first()
        return user_of(row) if row else None

    def _known(self, name: str) -> User:
        user = self.named(name)
        if user is None:
            raise StaffError(StaffFault.NAME_UNKNOWN)
        return user

    def _change(
        self,
        name: str,
        actor: Actor,
        detail: dict[str, str],
        *,
        sign_out: bool = True,
        **values: object,
    ) -> None:
        name = folded(name)
        with self._database.writing() as connection:
            audit_log.lock(connection)
            chosen = update(users).where(users.c.name == name).values(**values)
            if not connection.execute(chosen).rowcount:
                raise StaffError(StaffFault.NAME_UNKNOWN)
            if sign_out:
                _sign_out(connection, name)
            audit_log.append(
                connection,
                actor=actor.name,
                action=AuditAction.USER_CHANGED,
                subject=name,
                detail=detail,
            )

    def _hash(self, name: str, shown_name: str, password: str) -> str:
        check_password(password, name, shown_name)
        return self._hasher.hash(normal(password))

    def _verify(self, stored: str, password: str) -> bool:
        try:
            # Not cut to its longest: two passwords must not become one.
            return self._hasher.verify(stored, normal(password)[: LONGEST_PASSWORD + 1])
        except (VerificationError, InvalidHashError):
            return False


def user_of(row: Row) -> User:
    """The person that a row of `users` holds."""
    disabled = row.disabled_at is not None
    return User(row.id, row.name, row.shown_name, Role(row.role), disabled, proof=row.password_hash)


def _sign_out(connection: Connection, name: str) -> None:
    chosen = select(users.c.id).where(users.c.name == name).scalar_subquery()
    connection.execute(delete(desk_sessions).where(desk_sessions.c.user_id == chosen))


def _now() -> datetime:
    return datetime.now(timezone.utc)
