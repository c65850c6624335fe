"""Mutants: the guarantees are taken out of a copy, and the checker has to notice."""

from dataclasses import dataclass
from typing import LiteralString

import psycopg

from tests.faults.checker import Verdict
from tests.faults.ground import OWNER, Ground


@dataclass(frozen=True)
class Mutant:
    """What is broken, and which count must not be zero then."""

    name: str
    words: str
    breaking: LiteralString
    shows: str
    rule: str  # by which it must be seen: any other finding might have another cause

    def break_it(self, ground: Ground, database: str) -> None:
        """Take the guarantee out of that copy."""
        with psycopg.connect(ground.url(database, OWNER), autocommit=True) as owner:
            owner.execute(self.breaking)

    def is_seen(self, verdict: Verdict) -> bool:
        """Whether the checker has noticed."""
        return any((it.kind, it.rule) == (self.shows, self.rule) for it in verdict.findings)


MUTANTS = (
    Mutant(
        "seat_constraint_dropped",
        "место без ограничения",
        """
        drop index a_seat_is_given_once;
        alter table slot drop constraint a_slot_has_no_more_visits_than_seats;
        """,
        "doubled",
        "I3",
    ),
    Mutant(
        "key_switched_off",
        "ключ повтора выключен",
        """
        create function forget_the_key() returns trigger language plpgsql as
        $$ begin new.key := gen_random_uuid(); return new; end $$;
        create trigger no_key_is_known_again before insert on idempotency_key
            for each row execute function forget_the_key();
        """,
        "unexplained",
        "I4",
    ),
)
