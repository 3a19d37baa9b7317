"""The usual ORM: SQLAlchemy models on the same tables, a session per gift, one statement after the other."""

from __future__ import annotations

import argparse
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, DateTime, Sequence, SmallInteger, Text, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.payload import PROJECTS, Pledge, pledges
from bench.peers.connect import POOL, arguments, measure, session_settings
from bench.sample import Sample, closed_loop


class Base(DeclarativeBase):
    """All models of giving's tables."""

    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy when the class is made
        int: BigInteger,
        str: Text,
        list[int]: ARRAY(BigInteger),
        datetime: DateTime(timezone=True),
    }
    __table_args__ = {"schema": "giving"}  # noqa: RUF012 - as above


class Donor(Base):
    """A giver."""

    __tablename__ = "donor"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(Sequence("donor_id_seq", schema="giving"), primary_key=True)
    email: Mapped[str | None]
    email_key: Mapped[str | None]
    title: Mapped[str | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    phone: Mapped[str | None]
    address1: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    postal: Mapped[str | None]
    country: Mapped[str | None]
    gift_count: Mapped[int]
    created_at: Mapped[datetime]
    modified_at: Mapped[datetime]


class Gift(Base):
    """A gift with its split."""

    __tablename__ = "gift"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(Sequence("gift_id_seq", schema="giving"), primary_key=True)
    donor_id: Mapped[int]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    project_ids: Mapped[list[int]]
    project_minor: Mapped[list[int]]
    gift_on: Mapped[date]
    received_at: Mapped[datetime]
    modified_at: Mapped[datetime]
    can_sync: Mapped[bool]
    version: Mapped[int]
    is_test_mode: Mapped[bool]
    is_anonymous: Mapped[bool]
    payment_type: Mapped[str]
    payment_info: Mapped[str | None]
    gateway: Mapped[str]
    transaction_id: Mapped[str]
    authorization_number: Mapped[str | None]
    segment_code: Mapped[str | None]
    motivation_code: Mapped[str | None]
    notes: Mapped[str | None]
    comment: Mapped[str | None]


class Event(Base):
    """A line of the event log."""

    __tablename__ = "event"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(Sequence("event_id_seq", schema="giving"), primary_key=True)
    part: Mapped[int] = mapped_column(SmallInteger)
    key_id: Mapped[int]
    kind: Mapped[str]
    record_id: Mapped[int]
    happened_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Shop:
    """What a process of this peer keeps: sessions, its tenant, and the ids of the projects, read once."""

    engine: AsyncEngine
    session: async_sessionmaker[AsyncSession]
    organization_id: int
    project_ids: list[int]


async def open_shop(dsn: str, organization_id: int) -> Shop:
    """Connect and look the projects up."""
    url = make_url(dsn).set(drivername="postgresql+asyncpg")
    settings = {"server_settings": session_settings(organization_id)}
    engine = create_async_engine(url, pool_size=POOL, max_overflow=0, pool_timeout=120, connect_args=settings)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    async with sessions() as session:
        found = (
            "SELECT id FROM giving.project WHERE code = ANY (:codes) ORDER BY array_position(:codes, code)"
        )
        rows = await session.execute(text(found), {"codes": list(PROJECTS)})
        return Shop(engine, sessions, organization_id, [row.id for row in rows])


async def write(shop: Shop, pledge: Pledge) -> tuple[Donor, Gift]:
    """Find or make the donor, then the gift and its events; returns after the commit."""
    try:
        return await _write(shop, pledge)
    except IntegrityError:  # another session made the same donor meanwhile
        return await _write(shop, pledge)


async def _write(shop: Shop, pledge: Pledge) -> tuple[Donor, Gift]:
    now = datetime.now(UTC)
    async with shop.session() as session:
        wanted = select(Donor).where(
            Donor.organization_id == shop.organization_id, Donor.email_key == pledge.email
        )
        donor = await session.scalar(wanted)
        if donor is None:
            donor = _donor(shop, pledge, now)
            session.add(donor)
            await session.flush()
            session.add(_event(shop, donor.id, "donor.created", donor.id, now))
        donor.gift_count += 1
        gift = _gift(shop, pledge, donor.id, now)
        session.add(gift)
        await session.flush()
        session.add(_event(shop, donor.id, "gift.created", gift.id, now))
        await session.commit()
        return donor, gift


def _donor(shop: Shop, pledge: Pledge, now: datetime) -> Donor:
    return Donor(
        organization_id=shop.organization_id,
        email=pledge.email,
        email_key=pledge.email,
        title="Mx",
        first_name=pledge.first_name,
        last_name=pledge.last_name,
        phone="+1 555 0100",
        address1=pledge.address1,
        city="Springfield",
        state="IL",
        postal="62701",
        country="US",
        gift_count=0,
        created_at=now,
        modified_at=now,
    )


def _gift(shop: Shop, pledge: Pledge, donor_id: int, now: datetime) -> Gift:
    reference = secrets.token_hex(12)
    return Gift(
        organization_id=shop.organization_id,
        donor_id=donor_id,
        amount_minor=pledge.amount_minor,
        currency="USD",
        project_ids=shop.project_ids,
        project_minor=[pledge.wells_minor, pledge.books_minor],
        gift_on=now.date(),
        received_at=now,
        modified_at=now,
        can_sync=True,
        version=1,
        is_test_mode=False,
        is_anonymous=False,
        payment_type="Credit",
        payment_info="Visa x4242",
        gateway="Sandbox",
        transaction_id=f"sbx_{reference}",
        authorization_number=reference[:6].upper(),
        segment_code="SPRING-MAIL",
        motivation_code="ONLINE",
        notes="Given in thanks for the well that was dug last year.",
        comment="Keep it up!",
    )


def _event(shop: Shop, donor_id: int, kind: str, record_id: int, now: datetime) -> Event:
    part: Any = func.platform.event_part(shop.organization_id, donor_id)
    return Event(
        organization_id=shop.organization_id,
        part=part,
        key_id=donor_id,
        kind=kind,
        record_id=record_id,
        happened_at=now,
    )


async def run(given: argparse.Namespace) -> Sample:
    """Write one gift a session from `callers` at once."""
    shop = await open_shop(given.dsn, given.organization)
    source = pledges(given.seed)

    async def give() -> int:
        await write(shop, next(source))
        return 1

    try:
        return await closed_loop(given.callers, given.warm_up, given.seconds, give)
    finally:
        await shop.engine.dispose()


if __name__ == "__main__":
    measure(run, arguments())
