"""How a key may be sent (RFC 9110, section 11.6.1; Basic: RFC 7617; Bearer: RFC 6750)."""

from __future__ import annotations


def challenges(name: str) -> tuple[tuple[str, str], ...]:
    """Give the headers that ask for a key of a publisher."""
    realm = "".join(
        one for one in name if one.isascii() and one.isprintable() and one not in '"\\'
    )
    return (
        ("www-authenticate", f'Basic realm="{realm}", charset="UTF-8"'),
        ("www-authenticate", f'Bearer realm="{realm}"'),
    )
