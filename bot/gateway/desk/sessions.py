"""Signed-in browsers of staff. A session ends on its own, and with its person's rights."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.engine import Connection

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.database.schema import desk_sessions, users
from bot.gateway.limits import DeskLimits
from bot.gateway.records import digest, new_token
from bot.intake.actors import SYSTEM
from bot.intake.staff import User, user_of


@dataclass(frozen=True)
class DeskSession:
    """Who is signed in. `form_token` stands in every form; `ends_at` (UTC) moves with every act."""

    user: User
    started_at: datetime
    ends_at: datetime
    token_digest: str = field(repr=False)
    form_token: str = field(repr=False)


class SignInOverError(Exception):
    """What the person signed in with does not hold any more."""


class DeskSessions:
    """The sessions of one database.

    Every method raises `DatabaseUnavailableError` when the database cannot do it.
    """

    def __init__(self, database: Database, limits: DeskLimits) -> None:
        self._database = database
        self._idle = timedelta(minutes=limits.idle_minutes)
        self._absolute = timedelta(hours=limits.absolute_hours)
        self._seen_every = timedelta(seconds=limits.seen_seconds)

    def open(self, user: User, *, replacing: str | None, now: datetime | None = None) -> str:
        """Sign a person in; their new token.

        Args:
            replacing: the token that this browser had until now, which ends.

        Raises:
            SignInOverError: the password was changed since it was checked, or the person disabled.
        """
        token, now = new_token(), now or _now()
        with self._database.writing() as connection:
            # Under the audit's lock, as every change of a person.
            audit_log.append(connection, actor=user.actor.name, action=AuditAction.SIGN_IN)
            _check_proof(connection, user)
            self._drop_ended(connection, now)
            if replacing is not None:
                self._drop(connection, digest(replacing))
            connection.execute(
                insert(desk_sessions).values(
                    token_digest=digest(token),
                    user_id=user.id,
                    form_token=new_token(),
                    started_at=now,
                    seen_at=now,
                )
            )
        return token

    def find(
        self, token: str, *, acting: bool = True, now: datetime | None = None
    ) -> DeskSession | None:
        """The session of this token, if it has not ended.

        Args:
            acting: a person does something, so the session lasts; an open page that asks for news
                on its own does not count.
        """
        now = now or _now()
        found = (
            select(desk_sessions, users)
            .select_from(desk_sessions.join(users))
            .where(desk_sessions.c.token_digest == digest(token), users.c.disabled_at.is_(None))
        )
        with self._database.reading() as connection:
            row = connection.execute(found).first()
        if row is None:
            return None
        session = DeskSession(
            user=user_of(row),
            started_at=row.started_at,
            ends_at=self._ends_at(row.started_at, row.seen_at),
            token_digest=row.token_digest,
            form_token=row.form_token,
        )
        if session.ends_at <= now:
            return None
        if not acting:
            return session
        if now - row.seen_at >= self._seen_every:
            self._see(session, now)
        return replace(session, ends_at=self._ends_at(row.started_at, now))

    def close(self, session: DeskSession) -> None:
        """Sign out."""
        with self._database.writing() as connection:
            audit_log.append(connection, actor=session.user.actor.name, action=AuditAction.SIGN_OUT)
            self._drop(connection, session.token_digest)

    def note_failure(self, user: User | None) -> None:
        """Somebody failed to sign in, with the name of `user` if anybody has it."""
        with self._database.writing() as connection:
            audit_log.append(
                connection,
                actor=SYSTEM.name,
                action=AuditAction.SIGN_IN_FAILED,
                # A name that nobody has may be a password in the wrong field.
                subject=user.name if user else None,
            )

    def _see(self, session: DeskSession, now: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(
                update(desk_sessions)
                .where(desk_sessions.c.token_digest == session.token_digest)
                .values(seen_at=now)
            )

    def _ends_at(self, started_at: datetime, seen_at: datetime) -> datetime:
        return min(seen_at + self._idle, started_at + self._absolute)

    def _drop(self, connection: Connection, token_digest: str) -> None:
        connection.execute(
            delete(desk_sessions).where(desk_sessions.c.token_digest == token_digest)
        )

    def _drop_ended(self, connection: Connection, now: datetime) -> None:
        connection.execute(
            delete(desk_sessions).where(
                or_(
                    desk_sessions.c.seen_at <= now - self._idle,
                    desk_sessions.c.started_at <= now - self._absolute,
                )
            )
        )


def _check_proof(connection: Connection, user: User) -> None:
    now = connection.execute(
        select(users.c.password_hash).where(users.c.id == user.id, users.c.disabled_at.is_(None))
    ).scalar()
    if now != user.proof:
        raise SignInOverError


def _now() -> datetime:
    return datetime.now(timezone.utc)
