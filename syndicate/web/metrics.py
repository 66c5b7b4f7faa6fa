"""What a Prometheus server reads (https://prometheus.io/docs/instrumenting/exposition_formats/).

At a port of its own, because it is for the desk alone. No label holds what somebody else can make
up, so there are only ever a few of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Gauge, Metric, start_http_server
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from syndicate.web.courier import Said
from syndicate.web.health import Health
from syndicate.web.keeper import Keeper
from syndicate.web.sender import Sender


class Metrics(Collector):
    """The numbers of a server."""

    def __init__(self, keeper: Keeper) -> None:
        self._registry = CollectorRegistry()
        self._answers: dict[tuple[int, str], int] = {}
        self._bytes = 0
        self._pushes: Counter[str] = Counter()
        self._registry.register(self)
        self._watch("documents", "Documents that are served.", lambda: len(keeper.catalog.feeds))
        self._watch("keys", "Keys and tokens known.", lambda: len(keeper.catalog.credentials))
        says = "When what is served was read last."
        self._watch("read_timestamp_seconds", says, lambda: float(keeper.catalog.at.timestamp()))

    def _watch(self, name: str, says: str, value: Callable[[], float]) -> None:
        Gauge(f"syndicate_{name}", says, registry=self._registry).set_function(value)

    def watch_health(self, health: Health) -> None:
        """Watch whether it is well."""
        says = "1 while what is served cannot be brought up to date, or not be read."
        self._watch("behind", says, lambda: not health.is_well())

    def watch_pushes(self, sender: Sender) -> None:
        """Watch what the hub has to do."""
        says = "Pushes that are on their way, or wait for a place."
        self._watch("pushes_pending", says, lambda: sender.pending)
        says = "Addresses at which the last push failed."
        self._watch("pushes_failing", says, lambda: sender.failing)

    def count_push(self, said: Said) -> None:
        """Count what the hub did."""
        self._pushes[said.what] += 1

    def count(self, status: int, code: str, size: int) -> None:
        """Count an answer, and the bytes of its body."""
        key = status, code
        self._answers[key] = self._answers.get(key, 0) + 1
        self._bytes += size

    def collect(self) -> Iterator[Metric]:
        """Give what was counted, when it is asked for: an answer waits for none of this."""
        says = "Answers, by status and by what was wrong."
        answers = CounterMetricFamily("syndicate_answers", says, labels=("status", "code"))
        for (status, code), times in sorted(self._answers.copy().items()):
            answers.add_metric((str(status), code), times)
        yield answers
        says = "Bytes of documents that were sent."
        yield CounterMetricFamily("syndicate_sent_bytes", says, value=self._bytes)
        pushes = CounterMetricFamily(
            "syndicate_pushes", "What the hub did, by what came of it.", labels=("what",)
        )
        for what, times in sorted(self._pushes.copy().items()):
            pushes.add_metric((what,), times)
        yield pushes

    def serve(self, host: str, port: int) -> tuple[int, Callable[[], None]]:
        """Let a Prometheus server ask; give the port, and what ends it. Raises OSError."""
        server, thread = start_http_server(port, host, registry=self._registry)

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return int(server.server_port), stop
