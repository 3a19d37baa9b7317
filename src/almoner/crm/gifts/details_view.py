"""The wire shape of what belongs to gifts of one type alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from almoner.crm.gifts.rules import NON_CASH_TYPES
from almoner.platform.wire import View, one_of


class GiftTypeDetailsView(View, kw_only=True):
    """What belongs to gifts of one type alone; null, or false, where nothing is kept."""

    check_number: str | None = None
    """Of a check: its number."""
    credit_card_type: str | None = None
    """Of credit: the kind of card."""
    cryptocoin_type: str | None = None
    """Of a cryptocoin: which it is."""
    transaction_hash: str | None = None
    """Of a cryptocoin: the hash of its transaction."""
    coin_sold_for_cash: bool = False
    """Of a cryptocoin: whether it was sold."""
    coin_amount: Decimal | None = None
    """Of a cryptocoin: how much of it was given."""
    date_coin_was_sold: str | None = None
    """Of a cryptocoin: the day on which it was sold, at midnight and of no zone."""
    coin_sale_amount: Decimal | None = None
    """Of a cryptocoin: what it was sold for."""
    ticker_symbol: str | None = None
    """Of stock: its symbol."""
    number_of_shares: Decimal | None = None
    """Of stock: how many shares were given."""
    ira_custodian: str | None = None
    """Of a qualified charitable distribution: who keeps the account."""
    stock_sold_for_cash: bool = False
    """Of stock: whether it was sold."""
    date_stock_was_sold: str | None = None
    """Of stock: the day on which it was sold, at midnight and of no zone."""
    stock_sale_amount: Decimal | None = None
    """Of stock: what it was sold for."""
    non_cash_gift_type_id: int | None = None
    """Of what is no money: the kind of thing, by its id."""
    non_cash_gift_type: Annotated[str, one_of(NON_CASH_TYPES)] | None = None
    """Of what is no money: the kind of thing, by its name."""
    description: str | None = None
    """Of what is no money: what it is."""
    non_cash_sold_for_cash: bool = False
    """Of what is no money: whether it was sold."""
    date_non_cash_was_sold: str | None = None
    """Of what is no money: the day on which it was sold, at midnight and of no zone."""
    non_cash_original_amount: Decimal | None = None
    """Of what is no money: what it was worth."""
    non_cash_sale_amount: Decimal | None = None
    """Of what is no money: what it was sold for."""
