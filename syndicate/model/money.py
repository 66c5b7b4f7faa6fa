"""Money: an exact decimal in a currency, never with more decimals than the currency has."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import pycountry
from babel.numbers import get_currency_precision
from pydantic import AfterValidator, Field, model_validator

from syndicate.model.base import Model


def _known_currency(value: str) -> str:
    if pycountry.currencies.get(alpha_3=value) is None:
        raise ValueError(f"{value!r} is no ISO 4217 currency code, for example EUR")
    return value


Currency = Annotated[str, AfterValidator(_known_currency)]
"""An ISO 4217 code."""


class Money(Model):
    """An amount in a currency."""

    amount: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
    """Exact decimal; write it as a string."""
    currency: Currency
    """ISO 4217 code."""

    @model_validator(mode="after")
    def _minor_units(self) -> Money:
        allowed = get_currency_precision(self.currency)
        exponent = self.amount.normalize().as_tuple().exponent
        used = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        if used > allowed:
            raise ValueError(
                f"{self.amount} has {used} decimals, {self.currency} has {allowed} (ISO 4217)"
            )
        return self
