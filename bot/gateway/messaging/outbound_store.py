"""The texts that wait for a gateway: claimed with a lease, settled once, never sent twice.

A claim that was not settled, and an attempt that failed, may have got through: such a text is
claimed as in doubt, and the provider is asked about it first.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Boolean, and_, case, exists, or_, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import Select
from sqlalchemy.sql.elements import ColumnElement

from bot.database.engine import Database
from bot.database.leases import free, lease
from bot.database.schema import UtcTime, opt_outs, outbound_texts, text_threads
from bot.gateway.limits import TextingLimits
from bot.gateway.messaging.adapter import GatewayName
from bot.gateway.messaging.budgets import Budgets
from bot.gateway.messaging.opt_outs import OptOutSource, opt_out
from bot.gateway.messaging.outbound_texts import Hold, OutboundKind, OutboundState, OutboundText
from bot.replies.channel import Channel

_WAITS = outbound_texts.c.state == OutboundState.WAITING.value
_HOLDS = [hold.value for hold in Hold]

#: The provider took it after all, whatever was thought of it before.
_NOT_KNOWN_AS_SENT = (OutboundState.WAITING.value, OutboundState.DEAD.value)


class OutboundStore:
    """The outgoing texts of one database, as a worker sees them.

    Every method raises `DatabaseUnavailableError` when the database cannot do it.
    """

    def __init__(self, database: Database, limits: TextingLimits) -> None:
        self._database = database
        self._limits = limits
        self._budgets = Budgets(limits.budgets)

    def claim(
        self, now: datetime, gateway: GatewayName, kinds: Collection[OutboundKind], limit: int
    ) -> tuple[OutboundText, ...]:
        """Take texts of one gateway that are due: the gravest, then the longest due first.

        Nobody else gets them until the lease ends; then they are due again unless settled. Of one
        number the earliest is taken alone, but what tells of a danger waits for none.
        """
        chosen = _texts().where(
            _WAITS,
            text_threads.c.gateway == gateway.value,
            outbound_texts.c.kind.in_([kind.value for kind in kinds]),
            self._due(now),
            free(outbound_texts, now),
            self._in_order(now),
        )
        until = now + timedelta(seconds=self._limits.attempts.lease_seconds)
        with self._database.writing() as connection:
            rows = lease(
                connection, outbound_texts, chosen, gravest=_gravity(), until=until, limit=limit
            )
            return tuple([self._claimed(connection, row, until) for row in rows])

    def sent(self, text: OutboundText, provider_id: str, *, now: datetime) -> bool:
        """The provider took it. Returns whether that was not known yet."""
        return self._settle(
            text.id,
            outbound_texts.c.state.in_(_NOT_KNOWN_AS_SENT),
            state=OutboundState.SENT.value,
            provider_id=provider_id,
            attempts=outbound_texts.c.attempts + 1,
            settled_at=now,
            failure=None,
        )

    def failed(
        self, text: OutboundText, failure: str, next_attempt_at: datetime | None, *, now: datetime
    ) -> bool:
        """The attempt that `text` was claimed for did not succeed. Without a next one: dead.

        Returns whether the claim still held: nothing is changed if another one was made since.
        """
        dead = next_attempt_at is None
        return self._settle(
            text.id,
            _claim_of(text),
            state=(OutboundState.DEAD if dead else OutboundState.WAITING).value,
            attempts=outbound_texts.c.attempts + 1,
            next_attempt_at=next_attempt_at or now,
            settled_at=now if dead else None,
            failure=failure,
        )

    def hold(self, text: OutboundText, hold: Hold, until: datetime) -> bool:
        """Put a claimed text off without having tried it. Returns whether the claim still held."""
        return self._settle(text.id, _claim_of(text), next_attempt_at=until, failure=hold.value)

    def give_up(self, text: OutboundText, hold: Hold, *, now: datetime) -> bool:
        """Nobody gets it unless a person has it tried again. Returns whether the claim held."""
        return self._settle(
            text.id,
            _claim_of(text),
            state=OutboundState.DEAD.value,
            next_attempt_at=now,
            settled_at=now,
            failure=hold.value,
        )

    def skip_opted_out(self, text: OutboundText, *, said_by_provider: bool, now: datetime) -> bool:
        """Its number wants no texts. Returns whether the claim still held.

        Args:
            said_by_provider: we learn of it only now, and keep it for every sender.
        """
        with self._database.writing() as connection:
            if said_by_provider:
                opt_out(connection, text.address_index, OptOutSource.PROVIDER, now)
            return _change(
                connection,
                text.id,
                _claim_of(text),
                state=OutboundState.SKIPPED.value,
                settled_at=now,
                failure=Hold.OPTED_OUT.value,
            )

    def give_up_all(self, gateway: GatewayName, *, now: datetime) -> int:
        """Give up what waits for a gateway that is not configured. Returns how many."""
        of_gateway = select(text_threads.c.id).where(text_threads.c.gateway == gateway.value)
        with self._database.writing() as connection:
            changed: int = connection.execute(
                update(outbound_texts)
                .where(_WAITS, outbound_texts.c.thread_id.in_(of_gateway))
                .values(
                    state=OutboundState.DEAD.value,
                    next_attempt_at=now,
                    settled_at=now,
                    leased_until=None,
                    failure=Hold.NOT_CONFIGURED.value,
                )
            ).rowcount
        return changed

    def budget(self, text: OutboundText, now: datetime) -> tuple[Hold, datetime] | None:
        """The budget that has no room for this text, and when it has; None if there is room."""
        with self._database.reading() as connection:
            return self._budgets.hold(connection, text.thread_id, now)

    def next_due(self, gateway: GatewayName) -> datetime | None:
        """When the next text of this gateway can be claimed; None if none waits."""
        leased, due = outbound_texts.c.leased_until, outbound_texts.c.next_attempt_at
        free_at: ColumnElement[UtcTime] = case((leased > due, leased), else_=due)
        waiting = (
            select(free_at)
            .join(text_threads, text_threads.c.id == outbound_texts.c.thread_id)
            .where(_WAITS, text_threads.c.gateway == gateway.value)
            .order_by(free_at)
            .limit(1)
        )
        with self._database.reading() as connection:
            found: datetime | None = connection.execute(waiting).scalar()
        return found

    def _due(self, now: datetime) -> ColumnElement[Boolean]:
        """It is time for it; or only the night held it back, and now the patient is awake."""
        awake = timedelta(minutes=self._limits.quiet_hours.awake_minutes)
        return or_(
            outbound_texts.c.next_attempt_at <= now,
            and_(
                outbound_texts.c.failure == Hold.QUIET_HOURS.value,
                text_threads.c.last_inbound_at > now - awake,
            ),
        )

    def _in_order(self, now: datetime) -> ColumnElement[Boolean]:
        """No earlier text of the same number is under way, or soon will be."""
        earlier = outbound_texts.alias("earlier")
        held_back = earlier.c.failure.in_(_HOLDS) & (earlier.c.next_attempt_at > now)
        in_the_way = exists(
            select(earlier.c.id).where(
                earlier.c.thread_id == outbound_texts.c.thread_id,
                earlier.c.position < outbound_texts.c.position,
                earlier.c.state == OutboundState.WAITING.value,
                or_(
                    earlier.c.leased_until > now,
                    and_(
                        earlier.c.attempts < self._limits.order_tries,
                        or_(earlier.c.failure.is_(None), ~held_back),
                    ),
                ),
            )
        )
        return or_(outbound_texts.c.kind == OutboundKind.SAFETY.value, ~in_the_way)

    def _claimed(self, connection: Connection, row: Row, until: datetime) -> OutboundText:
        in_doubt = bool(
            row.attempts
            or row.leased_until is not None
            or (row.failure is not None and row.failure not in _HOLDS)
        )
        known = _provider_ids(connection, row.thread_id) if in_doubt else frozenset()
        return OutboundText(
            id=row.id,
            thread_id=row.thread_id,
            kind=OutboundKind(row.kind),
            gateway=GatewayName(row.gateway),
            channel=Channel(row.channel),
            address_index=row.address_index,
            own_address=row.own_address,
            created_at=row.created_at,
            attempts=row.attempts,
            segments=row.segments,
            leased_until=until,
            in_doubt=in_doubt,
            opted_out=row.opted_out_since is not None,
            last_inbound_at=row.last_inbound_at,
            known_ids=known,
            sealed_address=row.sealed_address,
            sealed_text=row.sealed_text,
            sealed_extras=row.sealed_extras,
        )

    def _settle(self, id: str, still: ColumnElement[Boolean], **values: object) -> bool:
        with self._database.writing() as connection:
            return _change(connection, id, still, **values)


def _change(
    connection: Connection, id: str, still: ColumnElement[Boolean], **values: object
) -> bool:
    """Change a text that is still as expected, and end its lease."""
    changed: int = connection.execute(
        update(outbound_texts)
        .where(outbound_texts.c.id == id, still)
        .values(leased_until=None, **values)
    ).rowcount
    return bool(changed)


def _claim_of(text: OutboundText) -> ColumnElement[Boolean]:
    return _WAITS & (outbound_texts.c.leased_until == text.leased_until)


def _gravity() -> ColumnElement[Boolean]:
    """Sorts what tells of a danger first."""
    return case((outbound_texts.c.kind == OutboundKind.SAFETY.value, 0), else_=1)


def _texts() -> Select:
    return (
        select(
            outbound_texts,
            text_threads.c.gateway,
            text_threads.c.channel,
            text_threads.c.address_index,
            text_threads.c.sealed_address,
            text_threads.c.own_address,
            text_threads.c.last_inbound_at,
            opt_outs.c.since.label("opted_out_since"),
        )
        .join(text_threads, text_threads.c.id == outbound_texts.c.thread_id)
        .outerjoin(opt_outs, opt_outs.c.address_index == text_threads.c.address_index)
    )


def _provider_ids(connection: Connection, thread_id: str) -> frozenset[str]:
    """What the provider calls the texts of this thread that are known to be sent."""
    ids = select(outbound_texts.c.provider_id).where(
        outbound_texts.c.thread_id == thread_id, outbound_texts.c.provider_id.isnot(None)
    )
    return frozenset(connection.execute(ids).scalars())
