"""Gifts of the CRM through the usual ORM: a session per gift, which looks everything up, adds its objects and commits."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, DateTime, Numeric, Sequence, SmallInteger, Text, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.gifts import SOURCE, Wish, wishes
from bench.peers.connect import POOL, crm_arguments, measure, session_settings
from bench.sample import Sample, closed_loop


class Base(DeclarativeBase):
    """All models."""

    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy when the class is made
        int: BigInteger,
        str: Text,
        Decimal: Numeric,
        list[int]: ARRAY(BigInteger),
        datetime: DateTime(timezone=True),
    }
    __table_args__ = {"schema": "hand"}  # noqa: RUF012 - as above


class Contact(Base):
    """Who gives."""

    __tablename__ = "contact"
    __table_args__ = {"schema": "crm"}  # noqa: RUF012 - as above
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True)
    is_archived: Mapped[bool]


class Project(Base):
    """What a part is for."""

    __tablename__ = "project"
    __table_args__ = {"schema": "crm"}  # noqa: RUF012 - as above
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True)
    code_key: Mapped[str]
    parent_id: Mapped[int | None]
    is_active: Mapped[bool]


class Gift(Base):
    """A gift."""

    __tablename__ = "gift"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(Sequence("gift_id_seq", schema="crm"), primary_key=True)
    contact_id: Mapped[int]
    gift_type: Mapped[str]
    gift_on: Mapped[date]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    designation_ids: Mapped[list[int]]
    designation_project_ids: Mapped[list[int]]
    designation_minor: Mapped[list[int]]
    transaction_source: Mapped[str | None]
    transaction_id: Mapped[str | None]
    batch: Mapped[str | None]
    notes: Mapped[str | None]
    created_at: Mapped[datetime]
    modified_at: Mapped[datetime]
    version: Mapped[int]


class Designation(Base):
    """A part of a gift."""

    __tablename__ = "designation"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(Sequence("gift_designation_id_seq", schema="crm"), primary_key=True)
    gift_id: Mapped[int]
    ordinal: Mapped[int]
    project_id: Mapped[int]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    gift_on: Mapped[date]
    created_at: Mapped[datetime]


class ContactGiving(Base):
    """What came from a contact in a year."""

    __tablename__ = "contact_giving"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    gift_count: Mapped[int]
    given_minor: Mapped[Decimal]


class Event(Base):
    """A line of the event log."""

    __tablename__ = "event"
    organization_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(Sequence("event_id_seq", schema="crm"), primary_key=True)
    part: Mapped[int] = mapped_column(SmallInteger)
    key_id: Mapped[int]
    kind: Mapped[str]
    record_id: Mapped[int]
    happened_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Shop:
    """What a process of this peer keeps."""

    session: async_sessionmaker[AsyncSession]
    organization_id: int


async def write(shop: Shop, wish: Wish) -> None:
    """Check a gift against what is there and write it with its parts, what its contact gave in the year, and its event."""
    org, now = shop.organization_id, datetime.now(UTC)
    async with shop.session() as session:
        contact = await session.get(Contact, (org, wish.contact_id), with_for_update={"key_share": True})
        keys = [code.lower() for code, _ in wish.parts]
        wanted = select(Project).where(Project.organization_id == org, Project.code_key.in_(keys))
        projects = {project.code_key: project for project in await session.scalars(wanted)}
        same = select(Gift).where(
            Gift.organization_id == org,
            Gift.transaction_source == SOURCE,
            Gift.transaction_id == wish.source_id,
        )
        known = await session.scalar(same)
        if (
            contact is None
            or contact.is_archived
            or known
            or not all(projects[key].is_active for key in keys)
        ):
            raise RuntimeError("a gift names what is not there, or is here already")
        parts = [
            _part(org, wish, n, projects[key].id, minor, now)
            for n, (key, (_, minor)) in enumerate(zip(keys, wish.parts, strict=True), 1)
        ]
        for part in parts:
            part.id = await session.scalar(select(func.nextval("crm.gift_designation_id_seq"))) or 0
        gift = _gift(org, wish, parts, now)
        session.add(gift)
        await session.flush()
        for part in parts:
            part.gift_id = gift.id
        session.add_all(parts)
        key = (org, wish.contact_id, "USD", wish.gift_on.year)
        giving = await session.get(ContactGiving, key)
        if giving is None:
            giving = ContactGiving(
                organization_id=org, contact_id=wish.contact_id, currency="USD", year=wish.gift_on.year,
                gift_count=0, given_minor=Decimal(0),
            )  # fmt: skip
            session.add(giving)
        giving.gift_count += 1
        giving.given_minor += wish.amount_minor
        session.add(_event(org, wish.contact_id, gift.id, now))
        await session.commit()


def _part(org: int, wish: Wish, n: int, project_id: int, minor: int, now: datetime) -> Designation:
    return Designation(
        organization_id=org,
        ordinal=n,
        project_id=project_id,
        amount_minor=minor,
        currency="USD",
        gift_on=wish.gift_on,
        created_at=now,
    )


def _gift(org: int, wish: Wish, parts: list[Designation], now: datetime) -> Gift:
    return Gift(
        organization_id=org,
        contact_id=wish.contact_id,
        gift_type=wish.gift_type,
        gift_on=wish.gift_on,
        amount_minor=wish.amount_minor,
        currency="USD",
        designation_ids=[part.id for part in parts],
        designation_project_ids=[part.project_id for part in parts],
        designation_minor=[part.amount_minor for part in parts],
        transaction_source=SOURCE,
        transaction_id=wish.source_id,
        batch=wish.batch,
        notes=wish.notes,
        created_at=now,
        modified_at=now,
        version=1,
    )


def _event(org: int, contact_id: int, gift_id: int, now: datetime) -> Event:
    part: Any = func.platform.event_part(org, contact_id)
    return Event(
        organization_id=org, part=part, key_id=contact_id, kind="gift.created", record_id=gift_id, happened_at=now
    )  # fmt: skip


async def run(given: argparse.Namespace) -> Sample:
    """Write one gift a session from `callers` at once."""
    url = make_url(given.dsn).set(drivername="postgresql+asyncpg")
    settings = {"server_settings": session_settings(given.organization)}
    engine = create_async_engine(url, pool_size=POOL, max_overflow=0, pool_timeout=120, connect_args=settings)
    shop = Shop(async_sessionmaker(engine, expire_on_commit=False), given.organization)
    source = wishes(given.seed, given.first_contact, given.contacts)

    async def act() -> int:
        await write(shop, next(source))
        return 1

    try:
        return await closed_loop(given.callers, given.warm_up, given.seconds, act)
    finally:
        await engine.dispose()


if __name__ == "__main__":
    measure(run, crm_arguments())
