"""What a Prometheus server reads (https://prometheus.io/docs/instrumenting/exposition_formats/).

At a port of its own, because it is for the desk alone. No label holds what somebody else can make
up, so there are only ever a few of them.
"""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server

from syndicate.web.answer import Answer
from syndicate.web.courier import Said
from syndicate.web.keeper import Keeper
from syndicate.web.sender import Sender


class Metrics:
    """The numbers of a server."""

    def __init__(self, keeper: Keeper) -> None:
        self._registry = CollectorRegistry()
        labels = ("status", "code")
        self._answers = Counter(
            "syndicate_answers", "Answers, by status and by what was wrong.", labels,
            registry=self._registry,
        )  # fmt: skip
        self._bytes = Counter(
            "syndicate_sent_bytes", "Bytes of documents that were sent.", registry=self._registry
        )
        self._pushes = Counter(
            "syndicate_pushes", "What the hub did, by what came of it.", ("what",),
            registry=self._registry,
        )  # fmt: skip
        self._watch("documents", "Documents that are served.", lambda: len(keeper.catalog.feeds))
        self._watch("keys", "Keys and tokens known.", lambda: len(keeper.catalog.credentials))
        says = "1 while what is served cannot be brought up to date."
        self._watch("behind", says, lambda: bool(keeper.failure))
        says = "When what is served was read last."
        self._watch("read_timestamp_seconds", says, lambda: float(keeper.catalog.at.timestamp()))

    def _watch(self, name: str, says: str, value: Callable[[], float]) -> None:
        Gauge(f"syndicate_{name}", says, registry=self._registry).set_function(value)

    def watch_pushes(self, sender: Sender) -> None:
        """Watch what the hub has to do."""
        says = "Pushes that are on their way, or wait for a place."
        self._watch("pushes_pending", says, lambda: sender.pending)
        says = "Addresses at which the last push failed."
        self._watch("pushes_failing", says, lambda: sender.failing)

    def count_push(self, said: Said) -> None:
        """Count what the hub did."""
        self._pushes.labels(said.what).inc()

    def count(self, answer: Answer) -> None:
        """Count an answer."""
        self._answers.labels(int(answer.status), answer.code).inc()
        self._bytes.inc(len(answer.body))

    def serve(self, host: str, port: int) -> tuple[int, Callable[[], None]]:
        """Let a Prometheus server ask; give the port, and what ends it. Raises OSError."""
        server, thread = start_http_server(port, host, registry=self._registry)

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return int(server.server_port), stop
