"""Prometheus metrics of the gateway: calls by operation and code, their time, the alarm."""

from prometheus_client import Counter, Histogram

CALLS = Counter("registratura_federal_calls", "Calls of the federal gateway", ["operation", "code"])
SECONDS = Histogram(
    "registratura_federal_seconds",
    "Server time of a call of the federal gateway",
    ["operation"],
    buckets=(0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
DISPUTED = Counter(
    "registratura_federal_disputed",
    "Bookings that the concentrator cancelled with ERROR_DATA_MIS: our answer was wrong",
)
