"""Prices: validated and kept for the invoice, never published."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from syndicate.model.base import Count, Model, Text
from syndicate.model.errors import broken_rule
from syndicate.model.money import Currency, Money


class PriceBase(Model):
    """What every price has."""

    invoice_currency: Currency | None = None
    """Currency of the invoice where it differs from the fee's."""
    rate_rule: Text | None = None
    """How the fee is converted, for example "ECB reference rate of the invoice day"."""

    def _check_currency(self, *fees: Money) -> None:
        """V7: fee and invoice in one currency, or a rule that converts."""
        currencies = {fee.currency for fee in fees}
        if self.invoice_currency:
            currencies.add(self.invoice_currency)
        if len(currencies) > 1 and not self.rate_rule:
            raise broken_rule(
                "V7",
                f"fee and invoice are in {' and '.join(sorted(currencies))}",
                "use one currency or state rate_rule",
            )


class Band(Model):
    """A price for an audience up to a size."""

    up_to: Count | None = None
    """Largest circulation or monthly reach of the band; the last band states none."""
    fee: Money
    """Fee an item."""


class PerItem(PriceBase):
    """A fee for every item, by the size of the audience."""

    type: Literal["per_item"]
    """per_item"""
    bands: tuple[Band, ...] = Field(min_length=1)
    """The bands, smallest first."""

    @model_validator(mode="after")
    def _rules(self) -> PerItem:
        limits = [band.up_to for band in self.bands]
        inner = [limit for limit in limits[:-1] if limit is not None]
        grows = all(a < b for a, b in itertools.pairwise(inner))
        if limits[-1] is not None or len(inner) != len(limits) - 1 or not grows:
            raise broken_rule(
                "V8",
                "the price bands leave a gap or overlap",
                "let up_to grow from band to band and leave it out of the last one",
            )
        self._check_currency(*(band.fee for band in self.bands))
        return self


class FlatPeriod(PriceBase):
    """A fee for every period."""

    type: Literal["flat_period"]
    """flat_period"""
    fee: Money
    """Fee a period."""
    period: Literal["month", "quarter", "year", "term"]
    """Which period."""

    @model_validator(mode="after")
    def _rules(self) -> FlatPeriod:
        self._check_currency(self.fee)
        return self


class FlatWithQuota(PriceBase):
    """A fee for every period that pays for the quota, and a fee for each article beyond it."""

    type: Literal["flat_with_quota"]
    """flat_with_quota"""
    fee: Money
    """Fee a period."""
    period: Literal["month", "quarter", "year", "term"]
    """Which period is invoiced; the quota has one of its own."""
    overage: Money | None = None
    """Fee for each article beyond the quota."""

    @model_validator(mode="after")
    def _rules(self) -> FlatWithQuota:
        self._check_currency(self.fee, *([self.overage] if self.overage else []))
        return self


class RevenueShare(PriceBase):
    """A share of the partner's reported revenue."""

    type: Literal["revenue_share"]
    """revenue_share"""
    percent: Decimal
    """Greater than 0, at most 100."""
    reporting: Literal["month", "quarter", "year"] | None = None
    """How often revenue is reported."""
    minimum: Money | None = None
    """Guaranteed minimum a period."""

    @model_validator(mode="after")
    def _rules(self) -> RevenueShare:
        if not Decimal(0) < self.percent <= Decimal(100) or self.reporting is None:
            raise broken_rule(
                "V9",
                "a revenue share needs 0 < percent <= 100 and a reporting period",
                "state percent and reporting",
            )
        self._check_currency(*([self.minimum] if self.minimum else []))
        return self


class Free(Model):
    """No fee; the duties are the price."""

    type: Literal["free"]
    """free"""


class Barter(Model):
    """Paid in kind."""

    type: Literal["barter"]
    """barter"""
    in_return: Text
    """What is given in return."""


Price = Annotated[
    PerItem | FlatPeriod | FlatWithQuota | RevenueShare | Free | Barter,
    Field(discriminator="type"),
]
