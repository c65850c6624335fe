"""Columns of the region's files: how their cells are read, and the kinds that come again."""

from dataclasses import dataclass

from registratura.region import cells
from registratura.region.cells import Parser, optional


@dataclass(frozen=True)
class Column:
    """A column: how its cells are read, their SQL type, and the file whose code it names."""

    name: str
    parse: Parser
    type: str = "text"
    refers: str | None = None


def code(type_: str = "text") -> Column:
    """What a row is called in the region."""
    return Column("code", cells.code, type_)


def to(name: str, refers: str, *, needed: bool = True, type_: str = "text") -> Column:
    """A `code` of the file `refers`."""
    return Column(name, cells.code if needed else optional(cells.code), type_, refers)


def full_name() -> tuple[Column, ...]:
    """A person's name in its three parts."""
    return (
        Column("last_name", cells.name),
        Column("first_name", cells.name),
        Column("middle_name", optional(cells.name)),
    )


def validity(*, needed: bool) -> tuple[Column, ...]:
    """From which day, and the first day on which it is over."""
    first = cells.day if needed else optional(cells.day)
    return Column("valid_from", first, "date"), Column("valid_to", optional(cells.day), "date")


yes_no = cells.one_of("0", "1")
parity = cells.one_of("all", "odd", "even")
area_kind = cells.one_of("paediatric", "therapeutic")
position_number = cells.number(1, 9999)
house = optional(cells.number(1, 9999))
