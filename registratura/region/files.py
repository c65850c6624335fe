"""The files of a region and their columns: what docs/region-format.md tells in words."""

from dataclasses import dataclass

from registratura.region import cells
from registratura.region.cells import Parser, optional

CHANNELS = ("epgu", "portal", "kiosk", "desk", "call_centre", "doctor", "other_clinic")
SCOPES = ("region", "organisation", "department", "position", "post")


@dataclass(frozen=True)
class Column:
    """A column: how its cells are read, their SQL type, and the file whose code it names."""

    name: str
    parse: Parser
    type: str = "text"
    refers: str | None = None


@dataclass(frozen=True)
class File:
    """A file `<name>.csv`, moved into `table`.

    `key` makes a row known again; `unique` columns may not repeat under another key.
    A folder without a file that is not `needed` changes nothing of what the file tells.
    """

    name: str
    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("code",)
    table_key: str = "code"
    unique: tuple[str, ...] = ()
    needed: bool = True

    @property
    def file_name(self) -> str:
        """As it lies in the folder."""
        return f"{self.name}.csv"

    @property
    def staging(self) -> str:
        """Its temporary table."""
        return f"staged_{self.name}"


def _code(type_: str = "text") -> Column:
    return Column("code", cells.code, type_)


def _to(name: str, refers: str, *, needed: bool = True, type_: str = "text") -> Column:
    return Column(name, cells.code if needed else optional(cells.code), type_, refers)


def _names() -> tuple[Column, ...]:
    return (
        Column("last_name", cells.name),
        Column("first_name", cells.name),
        Column("middle_name", optional(cells.name)),
    )


def _validity(*, needed: bool) -> tuple[Column, ...]:
    first = cells.day if needed else optional(cells.day)
    return Column("valid_from", first, "date"), Column("valid_to", optional(cells.day), "date")


_yes_no = cells.one_of("0", "1")
_parity = cells.one_of("all", "odd", "even")
_area_kind = cells.one_of("paediatric", "therapeutic")
_position = cells.number(1, 9999)
_house = optional(cells.number(1, 9999))

FILES = (
    File(
        "organisations",
        "organisation",
        (
            _code(),
            Column("oid", cells.text(100)),
            Column("name", cells.text()),
            Column("short_name", cells.text()),
            Column("zone", cells.zone),
        ),
        unique=("oid",),
    ),
    File(
        "departments",
        "department",
        (
            _code(),
            _to("organisation", "organisations"),
            Column("oid", cells.text(100)),
            Column("name", cells.text()),
            Column("address", cells.text()),
            Column("phone", optional(cells.text(100))),
            Column("ages", cells.one_of("adult", "child", "all")),
        ),
        unique=("oid",),
    ),
    File(
        "rooms",
        "room",
        (
            _code(),
            _to("department", "departments"),
            Column("oid", optional(cells.text(100))),
            Column("number", cells.text(20)),
            Column("name", optional(cells.text())),
            Column("floor", optional(cells.number(0, 100)), "smallint"),
        ),
        unique=("oid",),
    ),
    File(
        "positions",
        "position",
        (
            Column("code", _position, "integer"),
            Column("name", cells.text(100)),
            Column("speciality", _position, "integer"),
            Column("visit_minutes", cells.number(5, 120), "smallint"),
            Column("area_kind", optional(_area_kind)),
            Column("self_booking", _yes_no, "boolean"),
            Column("needs_referral", _yes_no, "boolean"),
            Column("sensitive", _yes_no, "boolean"),
        ),
        table_key="id",
    ),
    File(
        "practitioners",
        "practitioner",
        (_code(), Column("snils", cells.snils), *_names()),
        unique=("snils",),
    ),
    File(
        "posts",
        "post",
        (
            _code(),
            _to("practitioner", "practitioners", needed=False),
            Column("position", _position, "integer", "positions"),
            _to("department", "departments"),
            _to("room", "rooms"),
            Column("age_from", cells.number(0, 150), "smallint"),
            Column("age_to", cells.number(0, 150), "smallint"),
            Column("sex", optional(cells.one_of("M", "F"))),
        ),
    ),
    File(
        "areas",
        "area",
        (
            _code(),
            _to("department", "departments"),
            Column("number", cells.text(20)),
            Column("kind", _area_kind),
            _to("post", "posts", needed=False),
        ),
    ),
    File(
        "area_addresses",
        "area_address",
        (
            _to("area", "areas"),
            Column("settlement", cells.text(100)),
            Column("street", cells.text(100)),
            Column("parity", _parity),
            Column("house_from", _house, "smallint"),
            Column("house_to", _house, "smallint"),
        ),
        key=("area", "settlement", "street", "parity", "house_from", "house_to"),
    ),
    File(
        "persons",
        "person",
        (
            _code(),
            *_names(),
            Column("birth_date", cells.day, "date"),
            Column("sex", cells.one_of("M", "F")),
            Column("snils", optional(cells.snils)),
            Column("died_on", optional(cells.day), "date"),
        ),
    ),
    File(
        "policies",
        "policy",
        (
            _to("person", "persons"),
            Column("series", optional(cells.text(20))),
            Column("number", cells.policy_number),
            *_validity(needed=False),
        ),
        key=("person", "series", "number"),
    ),
    File(
        "attachments",
        "attachment",
        (
            _to("person", "persons"),
            _to("department", "departments"),
            _to("area", "areas", needed=False),
            Column("kind", cells.one_of("main", "gynaecological", "dental")),
            *_validity(needed=True),
        ),
        key=("person", "kind", "valid_from"),
    ),
    File(
        "schedule_templates",
        "schedule_template",
        (
            _code(),
            _to("post", "posts"),
            _to("room", "rooms"),
            Column("weekday", cells.number(1, 7), "smallint"),
            Column("weeks", _parity),
            Column("starts", cells.time, "time"),
            Column("ends", cells.time, "time"),
            Column("minutes", cells.number(1, 240), "smallint"),
            Column("kind", cells.one_of("ordinary", "repeat", "reserve", "preventive", "group")),
            Column("seats", cells.number(1, 50), "smallint"),
            Column("channels", optional(cells.some_of(*CHANNELS))),
            *_validity(needed=True),
        ),
    ),
    File(
        "national_codes",
        "position",
        (
            Column("position", _position, "integer", "positions"),
            Column("national", optional(_position), "integer"),
            Column("service", optional(cells.text(50))),
            Column("service_name", optional(cells.text(200))),
        ),
        key=("position",),
        table_key="id",
        needed=False,
    ),
    File(
        "holidays",
        "holiday",
        (
            _to("organisation", "organisations", needed=False),
            Column("day", cells.day, "date"),
            Column("name", cells.text()),
        ),
        key=("day", "organisation"),
        needed=False,
    ),
    File(
        "absences",
        "absence",
        (
            _code(),
            _to("post", "posts"),
            Column("first_day", cells.day, "date"),
            Column("last_day", cells.day, "date"),
            Column("reason", cells.text()),
            _to("substitute", "posts", needed=False),
        ),
        needed=False,
    ),
    File(
        "referrals",
        "referral",
        (
            Column("number", cells.code),
            _to("person", "persons"),
            Column("position", _position, "integer", "positions"),
            Column("departments", optional(cells.codes)),
            _to("issued_by", "posts", needed=False),
            Column("valid_from", cells.day, "date"),
            Column("valid_to", cells.day, "date"),
        ),
        key=("number",),
        needed=False,
    ),
    File(
        "rules",
        "region",
        (
            Column("scope", cells.one_of(*SCOPES)),
            Column("code", optional(cells.code)),
            Column("rule", optional(cells.code)),
            Column("value", optional(cells.text())),
        ),
        key=("scope", "code", "rule"),
        needed=False,
    ),
)
BY_NAME = {file.name: file for file in FILES}
