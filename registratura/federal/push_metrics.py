"""Prometheus metrics of the push, in the worker's process: what was sent, what differed."""

from prometheus_client import Counter, Gauge

PUSHED = Counter(
    "registratura_federal_pushed",
    "Statuses sent to the federation, by what became of them: delivered, waiting, failed",
    ["status", "state"],
)
DIFFERENCES = Gauge(
    "registratura_federal_differences",
    "Visits that the last reconciliation found different on the two sides",
    ["kind"],
)
RECONCILED_AT = Gauge(
    "registratura_federal_reconciled_timestamp_seconds", "When both sides were compared last"
)
