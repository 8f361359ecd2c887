"""People of staff, for tests that need no password."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone

from sqlalchemy import insert, update

from bot.database.engine import Database
from bot.database.schema import users
from bot.intake.staff import Role, User


def person(database: Database, name: str, role: Role = Role.AGENT) -> User:
    """A person at the desk."""
    user = User(uuid.uuid4().hex, name, name.capitalize(), role)
    with database.writing() as connection:
        connection.execute(
            insert(users).values(
                id=user.id,
                name=user.name,
                shown_name=user.shown_name,
                password_hash="none",
                role=role.value,
                created_at=datetime.now(timezone.utc),
            )
        )
    return user


def disable(database: Database, user: User) -> None:
    """They may sign in no more."""
    with database.writing() as connection:
        connection.execute(
            update(users)
            .where(users.c.id == user.id)
            .values(disabled_at=datetime.now(timezone.utc))
        )
