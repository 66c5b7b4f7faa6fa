"""Money: an exact decimal in a currency, never with more decimals than the currency has."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import pycountry
from babel.numbers import get_currency_precision
from pydantic import AfterValidator, Field, model_validator

from syndicate.model.base import Model
from syndicate.model.errors import broken_rule


def _known_currency(value: str) -> str:
    if pycountry.currencies.get(alpha_3=value) is None:
        says = f"{value!r} is no ISO 4217 currency code"
        raise broken_rule("currency", says, "write for example EUR")
    return value


Currency = Annotated[str, AfterValidator(_known_currency)]
"""An ISO 4217 code."""


_MOST = Decimal(10) ** 15


class Money(Model):
    """An amount in a currency."""

    amount: Annotated[Decimal, Field(ge=0, le=_MOST, allow_inf_nan=False)]
    """Exact decimal; write it as a string."""
    currency: Currency
    """ISO 4217 code."""

    @model_validator(mode="after")
    def _minor_units(self) -> Money:
        allowed = get_currency_precision(self.currency)
        used = _decimals(self.amount)
        if used > allowed:
            says = f"the amount has {used} decimals, {self.currency} has {allowed} (ISO 4217)"
            raise broken_rule("money", says, "round it")
        return self


def _decimals(amount: Decimal) -> int:
    """Count decimals without arithmetic, which an exponent of a thousand million breaks."""
    _, digits, exponent = amount.as_tuple()
    if not isinstance(exponent, int) or not amount:
        return 0
    written = "".join(map(str, digits))
    return max(0, -exponent - (len(written) - len(written.rstrip("0"))))
