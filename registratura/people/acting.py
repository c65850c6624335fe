"""Who acts for whom: the one SQL text of it, asked from the account's end and from the patient's.

A fragment stands in the `from` of a statement, conditions in its `where`; the parameter is
`%(today)s`, the region's date. Whatever may be shown or done passes by `LIVING` and `MAY_SEE`.
"""

from datetime import date, datetime
from typing import LiteralString
from zoneinfo import ZoneInfo

from registratura.people.ladder import LADDER


def today_of(now: datetime, zone: str) -> date:
    """The date in the region's `zone`, for `%(today)s`."""
    return now.astimezone(ZoneInfo(zone)).date()


_RUNGS: LiteralString = ", ".join(
    f"('{it.kinship}', '{it.level}', {it.acts}, {it.sees}, {it.until or 'null::integer'})"
    for it in LADDER
)

# The owner himself and every link, with what the ladder gives each. Both ends find their rows by
# an index: the union is flat, and its conditions stand outside.
ACTING: LiteralString = f"""
    (
        select id as account_id, null::uuid as relative_id, person_id, 'own' as kinship,
               'own' as level, true as acts, true as sees, last_name, first_name, middle_name,
               birth_date, sex, policy_number, created_at, null::timestamptz as ended_at,
               null::date as ends_on
        from account
        union all
        select account_id, id, person_id, kinship, level, acts, sees, last_name, first_name,
               middle_name, birth_date, sex, policy_number, created_at, ended_at, ends_on
        from relative
    ) as acting
    join (values {_RUNGS}) as rung (kinship, level, acts, sees, until)
        on rung.kinship = acting.kinship and rung.level = acting.level
"""

# After `acting`, its card: the one it names, or the one that the desk joined that into (one step:
# joining re-points what was joined before).
CARD: LiteralString = """
    join person as linked on linked.id = acting.person_id
    join person as card on card.id = coalesce(linked.joined_into, linked.id)
"""

# The other way: after `card`, everybody who acts for its person.
THEIRS: LiteralString = f"""
    join person as linked on linked.id = card.id or linked.joined_into = card.id
    join {ACTING} on acting.person_id = linked.id
"""

# The first day without the link; null: it has no end.
END: LiteralString = """
    least(birthday(least(acting.birth_date, card.birth_date), rung.until), acting.ends_on)
"""

# A link ends by itself: on its day, compared at each request; at the patient's death at once.
LIVING: LiteralString = f"""
    acting.ended_at is null
    and (acting.level = 'own' or card.died_on is null and coalesce({END} > %(today)s, true))
"""

# The order of several links of one account to one card: the better first.
BETTER: LiteralString = """
    acting.level <> 'own', acting.level <> 'confirmed', not (acting.sees and rung.sees),
    acting.created_at
"""

# The positions that the patient of `card` hides from whoever is not himself.
KEPT: LiteralString = """
    array(
        select hidden_position.position_id
        from person as hider
        join hidden_position on hidden_position.person_id = hider.id
        where hider.id = card.id or hider.joined_into = card.id
    )
"""

# The same for the account of `acting`: from himself the patient hides none.
HIDDEN: LiteralString = f"""
    case when acting.level = 'own' then '{{}}'::integer[] else {KEPT} end
"""

# Whether the patient of `visit`, whichever of his cards it names, hides its position.
VISIT_IS_KEPT: LiteralString = f"""
    exists (
        select from person as linked
        join person as card on card.id = coalesce(linked.joined_into, linked.id)
        where linked.id = visit.patient_id and visit.position_id = any({KEPT})
    )
"""

# Whether the account of `acting` may know of `appointment`, a visit of `card`: all that is not
# hidden from it, or only what it booked itself.
MAY_SEE: LiteralString = f"""
    (acting.level = 'own'
     or (acting.sees and rung.sees or appointment.account_id = acting.account_id)
        and appointment.position_id <> all({HIDDEN}))
"""
