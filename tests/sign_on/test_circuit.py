"""While ЕСИА is down nobody waits for it; when it is back, it is noticed."""

import httpx
import pytest

from registratura.circuit import MOST_FAILURES, PAUSE, Circuit, CircuitOpen
from tests.given.provider import Provider
from tests.sign_on.test_signing_in import come_back, go_to_esia


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def broken(clock: Clock) -> Circuit:
    """A circuit that has just opened."""
    circuit = Circuit(clock)
    for _ in range(MOST_FAILURES):
        circuit.enter()
        circuit.fail()
    return circuit


def test_after_failures_in_a_row_requests_are_refused_at_once() -> None:
    with pytest.raises(CircuitOpen, match="circuit open"):
        broken(Clock()).enter()


def test_an_answer_between_failures_begins_the_count_anew() -> None:
    circuit = Circuit(Clock())
    for _ in range(3 * MOST_FAILURES):
        for _ in range(MOST_FAILURES - 1):
            circuit.enter()
            circuit.fail()
        circuit.enter()
        circuit.succeed()


def test_after_the_pause_one_asks_and_the_others_wait_for_what_it_learns() -> None:
    clock = Clock()
    circuit = broken(clock)
    clock.seconds += PAUSE
    circuit.enter()
    with pytest.raises(CircuitOpen):
        circuit.enter()
    circuit.succeed()
    circuit.enter()


def test_when_the_one_that_asks_fails_the_pause_begins_anew() -> None:
    clock = Clock()
    circuit = broken(clock)
    clock.seconds += PAUSE
    circuit.enter()
    clock.seconds += 8
    circuit.fail()
    clock.seconds += PAUSE - 1
    with pytest.raises(CircuitOpen):
        circuit.enter()
    clock.seconds += 1
    circuit.enter()


async def test_people_are_told_at_once_and_esia_is_left_in_peace(
    provider: Provider, maria: httpx.AsyncClient
) -> None:
    provider.instead = httpx.ConnectError("refused")
    begun = [await go_to_esia(maria) for _ in range(MOST_FAILURES + 2)]
    for asked in begun:
        answer = await come_back(maria, asked)
        assert answer.status_code == 503
        assert "ЕСИА сейчас не отвечает" in answer.text
    assert len(provider.asked) == MOST_FAILURES
    # Nobody is sent where he could not come back from.
    answer = await maria.get("/signin/esia?next=/appointments")
    assert answer.status_code == 503
    assert 'href="/signin/esia?next=%2Fappointments">Попробовать ещё раз' in answer.text
    assert (await maria.get("/clinics")).status_code == 200


async def test_refusals_do_not_open_the_circuit(
    provider: Provider, maria: httpx.AsyncClient
) -> None:
    provider.codes.clear()
    for _ in range(MOST_FAILURES + 1):
        assert (await come_back(maria, await go_to_esia(maria))).status_code == 400
    assert len(provider.asked) == MOST_FAILURES + 1
