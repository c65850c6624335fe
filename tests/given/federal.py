"""The federal side: envelopes as a caller sends them, answers held against our schema each time.

The small region with what only this face tells apart: a room without a doctor, a local kind of a
position, a doctor without a patronymic, a referral. Everybody and everything is invented.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
from litestar import Litestar
from lxml import etree

from registratura.booking.slots import FreeTime
from registratura.db import Connection, rows
from registratura.federal import description
from registratura.federal.wire import ER, SOAP
from registratura.people.snils import check_digits
from registratura.region import load
from registratura.region.files import BY_NAME
from tests.given import region
from tests.given.people import ZONE

ENVELOPES = Path(__file__).parents[1] / "federal" / "envelopes"
CHILD, FAR = "1.2.40.1.1", "1.2.40.1.2"  # OIDs of the children's clinics of the region
_EAR = "310000000" + check_digits("310000000")
_YOUNG = "310000001" + check_digits("310000001")
_MAY_BE_EMPTY = {"Book_Id_Mis", "Comment"}


async def enrich(db: Connection, now: datetime) -> None:
    """Add what this face tells apart, and open the days of it."""
    with TemporaryDirectory() as folder:
        region.write(Path(folder))
        for name, lines in _more(now.astimezone(ZoneInfo(ZONE)).date()).items():
            _append(Path(folder) / f"{name}.csv", name, lines)
        await load(db, Path(folder), now=now)
    await region.open_days(db, now.astimezone(ZoneInfo(ZONE)).date())


def _more(today: date) -> dict[str, Sequence[tuple[object, ...]]]:
    posts = {"ecg": ("", 121), "ear": ("ear", 1053), "young": ("young", 59)}
    return {
        "positions": [
            (121, "ЭКГ", 35, 15, "", 1, 0, 0),
            (1053, "ЛОР: слух у детей", 19, 20, "", 1, 0, 0),
        ],
        "national_codes": [
            (59, "", "B01.031.001", "Приём участкового педиатра"),
            (121, "", "A05.10.006", "Регистрация ЭКГ"),
            (1053, 53, "", ""),
        ],
        "rooms": [(f"room-{it}", "child", "", it.upper(), "", 2) for it in posts],
        "practitioners": [
            ("ear", _EAR, "Ушаков", "Лев", ""),
            ("young", _YOUNG, "Юнина", "Вера", "Павловна"),
        ],
        "posts": [
            (code, who, position, "child", f"room-{code}", 0, 17, "")
            for code, (who, position) in posts.items()
        ],
        "schedule_templates": [
            (
                f"{post}-{day}",
                post,
                f"room-{post}",
                day,
                "all",
                "08:00",
                "12:00",
                15,
                *region.ORDINARY,
            )
            for post in posts
            for day in range(1, 8)
        ],
        "referrals": [
            ("40-000123", "petr", 45, "child", "area-doctor", today, today + timedelta(days=60)),
        ],
    }


def _append(path: Path, name: str, lines: Sequence[tuple[object, ...]]) -> None:
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow([column.name for column in BY_NAME[name].columns])
        writer.writerows(lines)


@cache
def schema() -> etree.XMLSchema:
    """Our own schema."""
    return etree.XMLSchema(etree.fromstring(description.schema()))


@dataclass(frozen=True)
class Answer:
    """The content of an answer; paths are local names, `Status/Status_Code`."""

    raw: bytes
    root: Any

    def text(self, path: str) -> str:
        """The text of the first element of that path; empty where there is none."""
        return self.root.findtext(_qualified(path)) or ""

    def texts(self, path: str) -> list[str]:
        """The text of each element of that path."""
        return [it.text or "" for it in self.root.iterfind(_qualified(path))]

    def all(self, path: str) -> list["Answer"]:
        """Each element of that path."""
        return [Answer(self.raw, it) for it in self.root.iterfind(_qualified(path))]

    @property
    def code(self) -> str:
        """The code of the answer, wherever it stands; `OK` for data."""
        paths = ("Error/Error_Code", "Status/Status_Code", "Status_Code")
        return next(filter(None, map(self.text, paths)), "OK")

    @property
    def parameters(self) -> dict[str, str]:
        """Of a refused booking, in their order."""
        listed = self.all("Status/Parameters/Parameter")
        return {it.text("Name"): it.text("Value") for it in listed}


def _qualified(path: str) -> str:
    return "/".join(f"{{{ER}}}{step}" for step in path.split("/"))


def envelope(name: str, **fields: object) -> str:
    """An example envelope with its fields filled in."""
    text = (ENVELOPES / f"{name}.xml").read_text(encoding="utf-8")
    return text.format_map({key: str(it) for key, it in fields.items()})


@dataclass
class Caller:
    """A federal caller with a session of his own."""

    client: httpx.AsyncClient
    session: str = field(default_factory=lambda: str(uuid4()))

    async def send(self, body: str | bytes, **options: Any) -> httpx.Response:
        """Any bytes to the gateway; by default as a 3.0.1 caller."""
        headers = {"content-type": "text/xml; charset=utf-8"} | options.pop("headers", {})
        raw = body.encode() if isinstance(body, str) else body
        return await self.client.post("/federal/er", content=raw, headers=headers, **options)

    async def ask(self, name: str, **fields: object) -> Answer:
        """Fill in the envelope, send it, judge the answer's form."""
        given = {"session": self.session, **days(), "mo_oid": CHILD, "mo_id": "child", **fields}
        body = envelope(name, **given)
        for old, new in fields.get("change", {}).items():  # type: ignore[attr-defined]
            assert old in body
            body = body.replace(old, new)
        return judge(await self.send(body))

    async def identify(self, **change: Any) -> Answer:
        """Пётр, unless the envelope is changed."""
        return await self.ask("GetPatientInfo", **change)

    async def book(self, slot_id: object, **fields: object) -> Answer:
        return await self.ask("CreateAppointment", slot_id=slot_id, **fields)

    async def cancel(self, book_id: str, reason: str = "CANCELED_BY_PATIENT") -> Answer:
        return await self.ask("CancelAppointment", book_id=book_id, reason=reason)


def days() -> dict[str, date]:
    """A range that covers the horizon."""
    today = datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date()
    return {"first": today, "last": today + timedelta(days=30)}


def judge(response: httpx.Response) -> Answer:
    """The content of an answer that is right in every letter (sheet, sections 2, 3, 15.4)."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/xml; charset=utf-8"
    assert response.content.startswith(b"<soap:Envelope")
    content = etree.fromstring(response.content).find(f"{{{SOAP}}}Body")
    assert content is not None
    root = content[0]
    schema().assertValid(root)
    for element in root.iter():
        assert element.prefix is None, element.tag
        assert not element.attrib, element.tag
        if len(element) == 0 and not element.text:
            assert etree.QName(element).localname in _MAY_BE_EMPTY, element.tag
    return Answer(response.content, root)


def fault_of(response: httpx.Response, status: int = 500) -> str:
    """The words of a SOAP Fault."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/xml; charset=utf-8"
    found = etree.fromstring(response.content).find(f".//{{{SOAP}}}Fault")
    assert found is not None
    assert (found.findtext("faultcode") or "").startswith("soap:")
    assert re.search("[а-я]", found.findtext("faultstring") or "")
    return f"{found.findtext('faultcode')} {found.findtext('faultstring')}"


def caller(app: Litestar, **options: Any) -> Caller:
    """A caller on this machine, unless `client` says from where."""
    transport = httpx.ASGITransport(app, client=options.pop("client", ("127.0.0.1", 40000)))  # type: ignore[arg-type]
    client = httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8000", trust_env=False, **options
    )
    return Caller(client)


async def free(db: Connection, post: str = "area-doctor") -> list[FreeTime]:
    """The free times of a doctor from tomorrow on, by the real clock."""
    return await rows(
        db,
        FreeTime,
        """
        select slot.id as slot_id, starts_at, ends_at
        from slot join post on post.id = slot.post_id
        where post.code = %(post)s and taken < seats and blocked is null
          and starts_at > %(now)s::timestamptz + interval '1 day'
        order by starts_at
        """,
        post=post,
        now=datetime.now(UTC),
    )


async def snils_of(db: Connection, code: str) -> str:
    """A doctor's СНИЛС."""
    found = await rows(
        db, _Snils, "select snils from practitioner where code = %(code)s", code=code
    )
    return found[0].snils


@dataclass(frozen=True)
class _Snils:
    snils: str


def uuid_of(text: str) -> UUID:
    return UUID(text)
