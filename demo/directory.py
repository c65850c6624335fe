"""Rows of the directory's files: organisations, clinics, rooms, posts, areas, hours."""

from collections.abc import Iterator

from demo.cast import PETRS_CLINIC
from demo.clinics import Area, Post, Staffed, organisations
from demo.nomenclature import SERVICES
from demo.places import SETTLEMENTS
from demo.positions import POSITIONS
from demo.sizes import Size

Row = tuple[object, ...]
_OID = "1.2.643.5.1.13.13.12.2.40"  # the region's branch; the numbers below it are invented
_STREETS = """Берёзовая Васильковая Вишнёвая Голубиная Грибная Дачная Дубовая Еловая Жасминовая
Заречная Звёздная Земляничная Ивовая Калиновая Кленовая Ключевая Кольцевая Краснопольная
Кузнечная Ласточкина Липовая Луговая Малиновая Мельничная Мостовая Набережная Новая Овражная
Огородная Озёрная Ольховая Парковая Песочная Полевая Пригородная Приокская Просторная Радужная
Раздольная Родниковая Рябиновая Садовая Светлая Сиреневая Славянская Соловьиная Сосновая Степная
Тенистая Тополиная Троицкая Тургеневская Урожайная Холмистая Цветочная Черёмуховая Школьная
Яблоневая Ясеневая Ясная""".split()  # noqa: SIM905 - a hundred names read better so
_HOUSES = 40  # of a street, in one area, where streets must be shared


def write_rows(size: Size, clinics: list[Staffed]) -> dict[str, Iterator[Row]]:
    """The rows of every file of the directory, by the file's name."""
    return {
        "organisations": (
            (it.code, f"{_OID}.{number}", it.name, it.short_name, "Europe/Moscow")
            for number, it in enumerate(organisations(size), start=9001)
        ),
        "departments": _departments(clinics),
        "rooms": _rooms(clinics),
        "positions": _positions(),
        "national_codes": ((of, "", code, name) for of, (code, name) in SERVICES.items()),
        "practitioners": (
            (it.code, it.snils, it.last_name, it.first_name, it.middle_name)
            for staffed in clinics
            for post in staffed.posts
            if (it := post.doctor) is not None
        ),
        "posts": (_post(staffed, post) for staffed in clinics for post in staffed.posts),
        "areas": (
            (it.code, staffed.clinic.code, it.number, it.kind, it.post.code)
            for staffed in clinics
            for it in staffed.areas
        ),
        "area_addresses": _addresses(clinics),
        "schedule_templates": (
            row
            for staffed in clinics
            for post in staffed.posts
            for row in (_daily if size.every_day else _weekly)(staffed, post)
        ),
    }


def _positions() -> Iterator[Row]:
    for it in POSITIONS.values():
        what = (it.code, it.name, it.speciality, it.minutes, it.area_kind)
        yield (*what, it.self_booking, it.needs_referral, it.sensitive)


def _departments(clinics: list[Staffed]) -> Iterator[Row]:
    for number, staffed in enumerate(clinics, start=1):
        it = staffed.clinic
        phone = f"+7 484 000-{number // 100:02}-{number % 100:02}"
        oid = _department_oid(number)
        yield it.code, staffed.organisation, oid, it.name, it.address, phone, it.ages


def _department_oid(number: int) -> str:
    return f"{_OID}.9000.0.{number}"


def _rooms(clinics: list[Staffed]) -> Iterator[Row]:
    for number, staffed in enumerate(clinics, start=1):
        for post in staffed.posts:
            yield _room(staffed, post, f"{_department_oid(number)}.{post.number + 1}")


def _room(staffed: Staffed, post: Post, oid: str) -> Row:
    floor = post.number // 8 + 1
    number = floor * 100 + post.number % 8 + 1
    return f"{post.code}-room", staffed.clinic.code, oid, number, post.position.name, floor


def _post(staffed: Staffed, post: Post) -> Row:
    doctor = post.doctor.code if post.doctor else ""
    where = (post.position.code, staffed.clinic.code, f"{post.code}-room")
    return post.code, doctor, *where, post.age_from, post.age_to, post.position.sex


def _addresses(clinics: list[Staffed]) -> Iterator[Row]:
    """Two streets of its own for each area, and one shared with a neighbour by odd and even."""
    for staffed in clinics:
        settlement = SETTLEMENTS[staffed.clinic.place]
        for area in staffed.areas:
            yield from ((area.code, settlement, *street) for street in _streets(area))


def _streets(area: Area) -> Iterator[Row]:
    """By the area's number in its place; when the streets end, they begin again further down."""
    number = area.place_number
    first = number // 2 * 5  # five streets for two neighbours: two each, and the shared one
    odd = number % 2
    for street, parity in (
        (first + odd * 2, "all"),
        (first + odd * 2 + 1, "all"),
        (first + 4, "even" if odd else "odd"),
    ):
        band, name = divmod(street, len(_STREETS))
        yield f"{_STREETS[name]} улица", parity, band * _HOUSES + 1, (band + 1) * _HOUSES


def _weekly(staffed: Staffed, post: Post) -> Iterator[Row]:
    """Mornings in one week, afternoons in the other; some receive on Saturday."""
    for weekday in range(1, 6):
        for week, shift in (("odd", 0), ("even", 1)):
            morning = (weekday + post.number + shift) % 2 == 0
            hours = ("08:00", "13:00") if morning else ("14:00", "19:00")
            yield _template(post, weekday, week, *hours)
    if staffed.clinic.code == PETRS_CLINIC or post.number % 4 == 0:
        yield _template(post, 6, "all", "09:00", "13:00")


def _daily(_staffed: Staffed, post: Post) -> Iterator[Row]:
    hours = ("14:00", "18:00") if post.number % 2 else ("08:00", "12:00")
    for weekday in range(1, 8):
        yield _template(post, weekday, "all", *hours)


def _template(post: Post, weekday: int, weeks: str, starts: str, ends: str) -> Row:
    code = f"{post.code}-{weekday}-{weeks}"
    hours = (weekday, weeks, starts, ends, post.position.minutes)
    return code, post.code, f"{post.code}-room", *hours, "ordinary", 1, "", "2026-01-01", ""
