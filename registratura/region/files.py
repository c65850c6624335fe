"""The files of a region and their columns: what docs/region-format.md tells in words."""

from dataclasses import dataclass

from registratura.people.staff_roles import ROLES
from registratura.region import cells
from registratura.region.cells import optional
from registratura.region.columns import (
    Column,
    area_kind,
    code,
    full_name,
    house,
    parity,
    position_number,
    to,
    validity,
    yes_no,
)

CHANNELS = ("epgu", "portal", "kiosk", "desk", "call_centre", "doctor", "other_clinic")
SCOPES = ("region", "organisation", "department", "position", "post")


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


FILES = (
    File(
        "organisations",
        "organisation",
        (
            code(),
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
            code(),
            to("organisation", "organisations"),
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
            code(),
            to("department", "departments"),
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
            Column("code", position_number, "integer"),
            Column("name", cells.text(100)),
            Column("speciality", position_number, "integer"),
            Column("visit_minutes", cells.number(5, 120), "smallint"),
            Column("area_kind", optional(area_kind)),
            Column("self_booking", yes_no, "boolean"),
            Column("needs_referral", yes_no, "boolean"),
            Column("sensitive", yes_no, "boolean"),
        ),
        table_key="id",
    ),
    File(
        "practitioners",
        "practitioner",
        (code(), Column("snils", cells.snils), *full_name()),
        unique=("snils",),
    ),
    File(
        "posts",
        "post",
        (
            code(),
            to("practitioner", "practitioners", needed=False),
            Column("position", position_number, "integer", "positions"),
            to("department", "departments"),
            to("room", "rooms"),
            Column("age_from", cells.number(0, 150), "smallint"),
            Column("age_to", cells.number(0, 150), "smallint"),
            Column("sex", optional(cells.one_of("M", "F"))),
        ),
    ),
    File(
        "areas",
        "area",
        (
            code(),
            to("department", "departments"),
            Column("number", cells.text(20)),
            Column("kind", area_kind),
            to("post", "posts", needed=False),
        ),
    ),
    File(
        "area_addresses",
        "area_address",
        (
            to("area", "areas"),
            Column("settlement", cells.text(100)),
            Column("street", cells.text(100)),
            Column("parity", parity),
            Column("house_from", house, "smallint"),
            Column("house_to", house, "smallint"),
        ),
        key=("area", "settlement", "street", "parity", "house_from", "house_to"),
    ),
    File(
        "persons",
        "person",
        (
            code(),
            *full_name(),
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
            to("person", "persons"),
            Column("series", optional(cells.text(20))),
            Column("number", cells.policy_number),
            *validity(needed=False),
        ),
        key=("person", "series", "number"),
    ),
    File(
        "attachments",
        "attachment",
        (
            to("person", "persons"),
            to("department", "departments"),
            to("area", "areas", needed=False),
            Column("kind", cells.one_of("main", "gynaecological", "dental")),
            *validity(needed=True),
        ),
        key=("person", "kind", "valid_from"),
    ),
    File(
        "schedule_templates",
        "schedule_template",
        (
            code(),
            to("post", "posts"),
            to("room", "rooms"),
            Column("weekday", cells.number(1, 7), "smallint"),
            Column("weeks", parity),
            Column("starts", cells.time, "time"),
            Column("ends", cells.time, "time"),
            Column("minutes", cells.number(1, 240), "smallint"),
            Column("kind", cells.one_of("ordinary", "repeat", "reserve", "preventive", "group")),
            Column("seats", cells.number(1, 50), "smallint"),
            Column("channels", optional(cells.some_of(*CHANNELS))),
            *validity(needed=True),
        ),
    ),
    File(
        "national_codes",
        "position",
        (
            Column("position", position_number, "integer", "positions"),
            Column("national", optional(position_number), "integer"),
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
            to("organisation", "organisations", needed=False),
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
            code(),
            to("post", "posts"),
            Column("first_day", cells.day, "date"),
            Column("last_day", cells.day, "date"),
            Column("reason", cells.text()),
            to("substitute", "posts", needed=False),
        ),
        needed=False,
    ),
    File(
        "referrals",
        "referral",
        (
            Column("number", cells.code),
            to("person", "persons"),
            Column("position", position_number, "integer", "positions"),
            Column("departments", optional(cells.codes)),
            to("issued_by", "posts", needed=False),
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
    File(
        "staff",
        "staff_role",
        (
            code(),
            Column("snils", cells.snils),
            Column("role", cells.one_of(*ROLES)),
            to("organisation", "organisations", needed=False),
            to("department", "departments", needed=False),
            *validity(needed=True),
        ),
        needed=False,
    ),
)
BY_NAME = {file.name: file for file in FILES}
