"""What a partner proves itself with: keys for headers, and tokens for addresses.

Of a secret only the SHA-256 is kept. That is enough: a secret is at least 128 random bits, so
nobody finds it by trying, and slow digests (for passwords that people choose) add nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from syndicate.model.base import Key, MaybeText, Model
from syndicate.model.moments import Instant

SECRET = re.compile(r"syn_([a-z2-7]{8})_[a-z2-7]{32}")
"""A secret: a mark by which scanners find it, the credential's id, 160 random bits in base 32."""


class Kind(StrEnum):
    """How a credential travels."""

    KEY = "key"
    """In the header Authorization: Basic (RFC 7617) or Bearer (RFC 6750)."""
    TOKEN = "token"
    """In the address of one feed, for readers that can do neither."""
    DESK = "desk"
    """Of somebody who works at the desk, to sign in with; opens no feed."""


DESK = "desk"
"""In the place of a partner, for who works at the desk: no partner is called so."""


class Credential(Model):
    """A key or a token of a partner, without its secret."""

    id: Annotated[str, Field(pattern=r"^[a-z2-7]{8}$")]
    """Names it; no secret."""
    kind: Kind
    """key or token."""
    partner: Key
    """Whose it is."""
    property: Key | None = None
    """For which property of the partner; None for all of them."""
    feed: Key | None = None
    """For which feed; a token is for one."""
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the secret."""
    note: MaybeText = ""
    """What it is for, in the desk's words."""
    issued_at: Instant
    """Since when it opens anything."""
    ends_at: Instant | None = None
    """From when on it opens nothing: revoked, or replaced by a rotation."""

    def is_live(self, now: Instant) -> bool:
        """Say whether it opens anything."""
        return self.issued_at <= now and (self.ends_at is None or now < self.ends_at)

    def is_proved_by(self, secret: str) -> bool:
        """Say whether a secret is its own, in a time that tells nothing about how it differs."""
        return hmac.compare_digest(digest_of_secret(secret), self.digest)

    def opens(self, partner: str, place: str, feed: str) -> bool:
        """Say whether it is for a feed of a property of a partner."""
        return (
            self.partner == partner
            and self.property in {None, place}
            and (self.feed == feed if self.kind is Kind.TOKEN else self.feed in {None, feed})
        )


def digest_of_secret(secret: str) -> str:
    """Give the SHA-256 of a secret, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def secret_of(random: bytes) -> tuple[str, str]:
    """Give the id and the secret that 25 random bytes make."""
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"{RANDOM_BYTES} random bytes make a secret, not {len(random)}")
    letters = _base_32(random)
    name, rest = letters[:8], letters[8:40]
    return name, f"syn_{name}_{rest}"


RANDOM_BYTES = 25
"""Bytes of chance that a credential is made of: 40 bits name it, 160 are its secret."""


def _base_32(data: bytes) -> str:
    """Give bytes in base 32 (RFC 4648, section 6), small letters, nothing padded."""
    return base64.b32encode(data).decode().rstrip("=").lower()


def id_in(secret: str) -> str | None:
    """Give the id of the credential that a secret says it is of; None where it is no secret."""
    found = SECRET.fullmatch(secret)
    return found[1] if found else None
