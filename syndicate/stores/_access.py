"""Keys and tokens of partners, without their secrets; what others ask for."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from syndicate.model.credential import Credential
from syndicate.model.errors import AccessRefused, NotFound, StoreFailed
from syndicate.model.request import LicenceRequest
from syndicate.stores._chain import Noted
from syndicate.stores._database import Database
from syndicate.stores._rows import (
    credential_of,
    credential_row,
    digest_of,
    request_of,
    request_row,
)
from syndicate.stores._statements import upsert
from syndicate.stores._tables import CREDENTIALS, REQUESTS


class AccessPart(Database):
    """The Access of `syndicate.pipeline.ports`."""

    def issue(self, credential: Credential, instead: tuple[Credential, ...] = ()) -> None:
        """Keep a new credential, and the ends of those it stands instead of, in one step."""
        with self._changing() as connection:
            named = sa.select(CREDENTIALS.c.id).where(CREDENTIALS.c.id == credential.id)
            if connection.execute(named).first() is not None:
                raise StoreFailed(f"credential {credential.id} is there", mend="run again")
            self._keep(connection, credential, credential.issued_at)
            for one in instead:
                self._keep(connection, one, credential.issued_at)

    def end(self, credential: Credential, at: datetime) -> None:
        """Keep the end of a credential. Raises NotFound."""
        with self._changing() as connection:
            named = sa.select(CREDENTIALS.c.id).where(CREDENTIALS.c.id == credential.id)
            if connection.execute(named).first() is None:
                raise NotFound(
                    f"no key {credential.id!r}", mend="see: syndicate partners key list"
                )
            self._keep(connection, credential, at)

    def _keep(self, connection: sa.Connection, credential: Credential, at: datetime) -> None:
        row = credential_row(credential)
        upsert(connection, CREDENTIALS, [row])
        self._note(connection, [Noted("credential", row["id"], digest_of(row["json"]), at)])

    def keep_request(self, request: LicenceRequest, at: datetime) -> None:
        """Keep a request that came in."""
        self._keep_request(None, request, at)

    def change_request(
        self, before: LicenceRequest, request: LicenceRequest, at: datetime
    ) -> None:
        """Keep what became of a request. Raises AccessRefused where it is another by now."""
        self._keep_request(before, request, at)

    def _keep_request(
        self, before: LicenceRequest | None, request: LicenceRequest, at: datetime
    ) -> None:
        row = request_row(request)
        with self._changing() as connection:
            named = sa.select(REQUESTS).where(REQUESTS.c.id == request.id)
            found = connection.execute(named).first()
            kept = request_of(found) if found else None
            if kept != before:
                state = kept.state if kept else "gone"
                says = f"request {request.id} is {state}: somebody was faster"
                raise AccessRefused(says, mend="look at it again")
            upsert(connection, REQUESTS, [row])
            self._note(connection, [Noted("request", row["id"], digest_of(row["json"]), at)])

    def requests(self) -> tuple[LicenceRequest, ...]:
        """Give all requests, oldest first."""
        query = sa.select(REQUESTS).order_by(REQUESTS.c.at, REQUESTS.c.id)
        return tuple(request_of(row) for row in self._all(query))

    def credentials(self, partner: str | None = None) -> tuple[Credential, ...]:
        """Give the credentials of a partner, or of all, those that ended too, by partner and
        age."""
        query = sa.select(CREDENTIALS)
        if partner is not None:
            query = query.where(CREDENTIALS.c.partner == partner)
        found = (credential_of(row) for row in self._all(query))
        return tuple(sorted(found, key=lambda one: (one.partner, one.issued_at, one.id)))
