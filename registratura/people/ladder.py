"""The ladder: what a link gives, from which age, until which, and by which law. Plain data.

Two rights stand on each rung: *act* (book, move, cancel) and *see* (every visit; without it, those
that the account booked itself). Both readers are made from this table: the functions here, and
`people.acting` for SQL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from registratura.people.ages import ADULT, birthday

Level = Literal["own", "confirmed", "declared"]
LEVELS: Sequence[Level] = get_args(Level)  # the better first

Kinship = Literal[
    "child", "grandchild", "sibling", "ward", "other_child", "spouse", "parent", "by_proxy"
]
"""Whom the patient is to the account."""


@dataclass(frozen=True)
class Rung:
    """What one kind of link gives at one level. `until`: the patient's full years at its end.

    A link may have a day of its own besides (an order's, a consent's): the earlier one ends it.
    """

    kinship: Kinship | Literal["own"]
    level: Level
    acts: bool
    sees: bool
    until: int | None
    law: str


LADDER: Sequence[Rung] = (
    Rung("own", "own", True, True, None, "ст. 19, 22 323-ФЗ: каждый сам о себе"),
    Rung("child", "confirmed", True, True, ADULT, "ст. 61, 64 СК РФ; ст. 22 323-ФЗ (271-ФЗ)"),
    Rung("ward", "confirmed", True, True, ADULT, "ст. 15 48-ФЗ; ст. 35, 36, 40 ГК РФ; акт опеки"),
    Rung("child", "declared", True, False, ADULT, "ст. 13 323-ФЗ: родство не подтверждено"),
    Rung("ward", "declared", True, False, ADULT, "ст. 13 323-ФЗ: опека не подтверждена"),
    Rung("grandchild", "declared", True, False, ADULT, "ст. 13 323-ФЗ: родственник, не законный"),
    Rung("sibling", "declared", True, False, ADULT, "ст. 13 323-ФЗ: родственник, не законный"),
    Rung("other_child", "declared", True, False, ADULT, "ст. 13 323-ФЗ: родственник, не законный"),
    # An adult: within what he himself consented to, until the day he named.
    Rung("spouse", "confirmed", True, True, None, "ст. 13 ч. 3 323-ФЗ: согласие пациента"),
    Rung("parent", "confirmed", True, True, None, "ст. 13 ч. 3 323-ФЗ: согласие пациента"),
    Rung("by_proxy", "confirmed", True, True, None, "ст. 13 ч. 3 323-ФЗ; ст. 185, 186 ГК РФ"),
)

DECLARED: Sequence[Kinship] = ("child", "grandchild", "sibling", "ward", "other_child")
"""What an owner may declare of a patient under 18."""
CONFIRMABLE: Sequence[Kinship] = ("child", "ward")
"""What the desk confirms by a document: a parent (ст. 64 СК РФ), a guardian (ст. 15 48-ФЗ)."""
CONSENTED: Sequence[Kinship] = ("spouse", "parent", "by_proxy")
"""What an adult consents to, in his own account."""

HOLDER_FROM = ADULT  # who acts for another is 18: ст. 21 ГК РФ
CONSENTS_FROM = ADULT  # who lets another act for himself is 18: ст. 21 ГК РФ
SEES_HOLDERS_FROM = 15  # ст. 54 ч. 2 323-ФЗ: consents to care alone, so he is told who may act
HIDES_FROM = 15  # ст. 54 ч. 2, ст. 22 323-ФЗ; parents are told of the rest until 18 (271-ФЗ)
HIDES_NARCOLOGY_FROM = 16  # ст. 54 ч. 2 323-ФЗ: the treatment of addiction
TERMS: Sequence[int] = (6, 12, 18)  # months of an adult's consent; 18 is the house's own limit
TOLD_AHEAD: Mapping[int, str] = {30: "ends_30", 7: "ends_7"}  # days before the end: kind of notice


@dataclass(frozen=True)
class Rights:
    """What a link gives on a day."""

    acts: bool
    sees: bool


NOTHING = Rights(acts=False, sees=False)
EVERYTHING = Rights(acts=True, sees=True)


def rights(
    kinship: str,
    level: str,
    born: date,
    on: date,
    *,
    ends_on: date | None = None,
    granted: Rights = EVERYTHING,
) -> Rights:
    """The rights over a patient born on that day; `granted` narrows what the rung gives."""
    rung = next((it for it in LADDER if (it.kinship, it.level) == (kinship, level)), None)
    end = end_of(kinship, level, born, ends_on)
    if rung is None or (end is not None and end <= on):
        return NOTHING
    return Rights(acts=rung.acts and granted.acts, sees=rung.sees and granted.sees)


def end_of(kinship: str, level: str, born: date, ends_on: date | None = None) -> date | None:
    """The first day without the link: the birthday of its rung or its own day; None: it has none.

    Born on 29 February, an age is reached on 1 March of a common year.
    """
    years = next((it.until for it in LADDER if (it.kinship, it.level) == (kinship, level)), None)
    ends = [ends_on, None if years is None else birthday(born, years)]
    return min((it for it in ends if it is not None), default=None)


def hides_from(position: str) -> int:
    """From which full years a patient hides visits to this position (its name) from others."""
    return HIDES_NARCOLOGY_FROM if "нарколог" in position.lower() else HIDES_FROM
