"""From staging to the rules of booking: a region, organisation, clinic, position or post."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

from registratura.booking import rulebook
from registratura.db import Connection, execute, rows
from registratura.region.files import BY_NAME
from registratura.region.report import Fault, Faults, Moved

_Scope = tuple[str, str | None]
_Rules = dict[str, Any]


@dataclass(frozen=True)
class _Line:
    line: int
    scope: str
    code: str | None
    rule: str | None  # None: the scope is named, no more
    value: str | None


@dataclass(frozen=True)
class _Standing:
    scope: str
    code: str | None
    rules: _Rules


async def check_values(db: Connection, faults: Faults) -> None:
    """Judge the names and values of the staged rules by the rulebook."""
    for it in await _staged(db):
        if it.rule is None:
            continue
        try:
            rulebook.read(it.rule, it.value or "")
        except ValueError as refused:
            column = "value" if it.rule in rulebook.names() else "rule"
            faults.add(Fault(BY_NAME["rules"].file_name, it.line, column, str(refused)))


async def move_rules(db: Connection) -> Moved:
    """A scope that the file names gets exactly the rules that the file gives it.

    A region, clinic, … that the file does not name keeps its own.
    """
    staged = await _staged(db)
    wanted = _by_scope(staged)
    standing = {(it.scope, it.code): it.rules for it in await _standing(db)}
    added = changed = removed = 0
    for scope, rules in wanted.items():
        old = standing[scope]
        if rules == old:
            continue
        added += len(rules.keys() - old.keys())
        changed += sum(old[name] != rules[name] for name in old.keys() & rules.keys())
        removed += len(old.keys() - rules.keys())
        await execute(db, _SET[scope[0]], code=scope[1], rules=json.dumps(rules))
    return Moved(rows=len(staged), added=added, changed=changed, removed=removed)


def _by_scope(staged: Iterable[_Line]) -> Mapping[_Scope, _Rules]:
    wanted: dict[_Scope, _Rules] = defaultdict(dict)
    for it in staged:
        rules = wanted[it.scope, it.code]
        if it.rule is not None:
            rules[it.rule] = rulebook.read(it.rule, it.value or "")
    return wanted


async def _staged(db: Connection) -> list[_Line]:
    return await rows(
        db, _Line, "select line, scope, code, rule, value from staged_rules order by line"
    )


async def _standing(db: Connection) -> list[_Standing]:
    return await rows(
        db,
        _Standing,
        """
        select 'region' as scope, null as code, rules from region
        union all select 'organisation', code, rules from organisation
        union all select 'department', code, rules from department
        union all select 'position', id::text, rules from position
        union all select 'post', code, rules from post
        """,
    )


_SET: Mapping[str, LiteralString] = {
    "region": "update region set rules = %(rules)s::jsonb",
    "organisation": "update organisation set rules = %(rules)s::jsonb where code = %(code)s",
    "department": "update department set rules = %(rules)s::jsonb where code = %(code)s",
    "position": "update position set rules = %(rules)s::jsonb where id = %(code)s::integer",
    "post": "update post set rules = %(rules)s::jsonb where code = %(code)s",
}
