"""The usual stack: FastAPI with pydantic models over the ORM, served by uvicorn with one worker on uvloop."""

from __future__ import annotations

import asyncio
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self

import uvicorn
import uvloop
from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from bench.payload import PROJECTS, Pledge
from bench.peers.connect import arguments
from bench.peers.orm import Gift, Shop, open_shop, write

Line = Annotated[str, Field(max_length=150)]
Money = Annotated[Decimal, Field(gt=0, decimal_places=2)]


class Wire(BaseModel):
    """Camel case outside, snake case inside."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class DonorIn(Wire):
    """Who gives."""

    email: Line
    title: Line | None = None
    first_name: Line | None = None
    last_name: Line | None = None
    phone: Line | None = None
    address1: Line | None = None
    city: Line | None = None
    state: Line | None = None
    postal: Line | None = None
    country: Line | None = None


class ProjectPart(Wire):
    """A part of the split."""

    code: Line
    amount: Money


class GiftIn(Wire):
    """A donation."""

    amount: Money
    currency_code: str = "USD"
    payment_method_id: Line
    payment_method_type: Annotated[int, Field(ge=0, le=14)] = 0
    donor: DonorIn
    projects: Annotated[list[ProjectPart], Field(min_length=1, max_length=50)]
    segment_code: Line | None = None
    motivation_code: Line | None = None
    is_anonymous: bool = False
    is_test_mode: bool = False
    notes: Annotated[str, Field(max_length=4000)] | None = None
    comment: Annotated[str, Field(max_length=4000)] | None = None

    @model_validator(mode="after")
    def sums(self) -> Self:
        """The split makes the amount."""
        if sum(part.amount for part in self.projects) != self.amount:
            raise ValueError("the amounts of the projects must sum to the amount of the gift")
        return self


class ProjectPartOut(Wire):
    """A part of the split as it was stored."""

    project_id: int
    name: str
    amount: str


class GiftOut(Wire):
    """A gift as it was stored."""

    id: int
    donor_id: int
    currency: str
    amount: float
    formatted_amount: str
    date: date
    created_date: datetime
    modified_date: datetime
    status: int = 1
    gateway: str
    authorization_number: str | None
    transaction_id: str
    donation_id: str
    payment_info: str | None
    payment_type: str
    segment: str | None
    motivation: str | None
    campaign_id: int | None = None
    notes: str | None
    comment: str | None
    is_anonymous: bool
    is_test_mode: bool
    projects: list[ProjectPartOut]


def make_app(dsn: str, organization_id: int, token: str, port: int) -> FastAPI:
    """The app; it knows one token, and says its port when it is ready."""
    shops: list[Shop] = []

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        shops.append(await open_shop(dsn, organization_id))
        print(port, flush=True)  # the socket takes connections as soon as this returns
        yield
        await shops[0].engine.dispose()

    async def authorised(request: Request) -> None:
        if not secrets.compare_digest(request.headers.get("authorization", ""), f"Bearer {token}"):
            raise HTTPException(401)

    app = FastAPI(lifespan=lifespan)

    @app.post("/raise/api/Raise/give", dependencies=[Depends(authorised)])
    async def give(data: GiftIn) -> GiftOut:
        _, gift = await write(shops[0], _pledge(data))
        return _answer(gift)

    return app


def _pledge(data: GiftIn) -> Pledge:
    amounts = {part.code: int(part.amount * 100) for part in data.projects}
    donor = data.donor
    return Pledge(
        donor.email.lower(),
        donor.first_name or "",
        donor.last_name or "",
        donor.address1 or "",
        amounts[PROJECTS[0]],
        amounts[PROJECTS[1]],
    )


def _answer(gift: Gift) -> GiftOut:
    parts = zip(gift.project_ids, PROJECTS, gift.project_minor, strict=True)
    return GiftOut(
        id=gift.id,
        donor_id=gift.donor_id,
        currency=gift.currency,
        amount=gift.amount_minor / 100,
        formatted_amount=f"${gift.amount_minor / 100:,.2f}",
        date=gift.gift_on,
        created_date=gift.received_at,
        modified_date=gift.modified_at,
        gateway=gift.gateway,
        authorization_number=gift.authorization_number,
        transaction_id=gift.transaction_id,
        donation_id=str(gift.id),
        payment_info=gift.payment_info,
        payment_type=gift.payment_type,
        segment=gift.segment_code,
        motivation=gift.motivation_code,
        notes=gift.notes,
        comment=gift.comment,
        is_anonymous=gift.is_anonymous,
        is_test_mode=gift.is_test_mode,
        projects=[
            ProjectPartOut(project_id=id_, name=name, amount=f"${minor / 100:,.2f}")
            for id_, name, minor in parts
        ],
    )


def main() -> None:
    """Serve on a free port and print it once it answers; the token comes on standard input."""
    given = arguments().parse_args()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    app = make_app(given.dsn, given.organization, sys.stdin.readline().strip(), listener.getsockname()[1])
    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", log_level="warning", access_log=False, backlog=1024
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve([listener]))


if __name__ == "__main__":
    main()
