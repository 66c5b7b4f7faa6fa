"""Where an answer is made: what was asked, by whom, and what it can be answered from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from starlette.requests import Request

from syndicate.model.base import Model
from syndicate.model.credential import Credential
from syndicate.web.api.problems import Wrong
from syndicate.web.limits import Limits
from syndicate.web.pages.room import Room

_M = TypeVar("_M", bound=Model)


class Call(NamedTuple):
    """A request that is allowed and can be read."""

    request: Request
    room: Room
    limits: Limits
    query: Mapping[str, Any]
    """The parameters that were stated."""
    body: Model | None
    who: Credential | None
    """Whose key it came with; None where none is needed."""

    def named(self, name: str) -> str:
        """Give a part of its path."""
        return str(self.request.path_params[name])

    def said(self, model: type[_M]) -> _M:
        """Give its body, which was checked with a model."""
        if not isinstance(self.body, model):
            raise TypeError(f"no {model.__name__} in {self.request.url.path}")
        return self.body

    def key(self) -> Credential:
        """Give the key it came with. Raises Wrong."""
        if self.who is None:
            raise Wrong("key-missing")
        return self.who
