"""Districts and public organisations of Kaluga region, with their clinics.

The names of districts and organisations, and the addresses marked below, stand in public texts.
House numbers without a mark, weights of the smaller districts and telephones are invented.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Place:
    """Where people live: `settlement` as in an address, `weight` in thousands of people."""

    code: str
    settlement: str
    weight: float


@dataclass(frozen=True)
class Clinic:
    """A department that receives patients; `staff` names its list of specialists.

    `areas` tells whether people are attached to it.
    """

    code: str
    place: str
    name: str
    address: str
    ages: str
    town: bool = False
    areas: bool = True
    staff: str = ""


@dataclass(frozen=True)
class Organisation:
    """A medical organisation."""

    code: str
    name: str
    short_name: str
    clinics: tuple[Clinic, ...]


# code, settlement, thousands of people, hospital
_DISTRICTS = (
    ("babynino", "п. Бабынино", 18, "Бабынинская районная больница"),
    ("borovsk", "г. Боровск", 62, "Боровская районная больница"),
    ("kondrovo", "г. Кондрово", 55, "Дзержинская районная больница"),
    ("duminichi", "п. Думиничи", 13, "Думиничская районная больница"),
    ("zhukov", "г. Жуков", 52, "Жуковская районная больница"),
    ("iznoski", "с. Износки", 6, "Износковская районная больница"),
    ("kozelsk", "г. Козельск", 36, "Козельская районная больница"),
    ("maloyaroslavets", "г. Малоярославец", 62, "Малоярославецкая ЦРБ"),
    ("medyn", "г. Медынь", 12, "Медынская районная больница"),
    ("meshchovsk", "г. Мещовск", 11, "Мещовская районная больница"),
    ("mosalsk", "г. Мосальск", 8, "Мосальская районная больница"),
    ("peremyshl", "с. Перемышль", 12, "Перемышльская районная больница"),
    ("sukhinichi", "г. Сухиничи", 23, "Сухиничская районная больница"),
    ("tarusa", "г. Таруса", 15, "Тарусская районная больница"),
    ("ulyanovo", "с. Ульяново", 7, "Ульяновская районная больница"),
    ("ferzikovo", "п. Ферзиково", 16, "Ферзиковская районная больница"),
    ("yukhnov", "г. Юхнов", 11, "Юхновская районная больница"),
)

PLACES = (
    Place("kaluga", "г. Калуга", 355),
    Place("obninsk", "г. Обнинск", 130),
    Place("kirov", "г. Киров", 38),
    Place("betlitsa", "п. Бетлица", 7),
    Place("baryatino", "с. Барятино", 6),
    Place("spas-demensk", "г. Спас-Деменск", 7),
    Place("lyudinovo", "г. Людиново", 42),
    Place("zhizdra", "г. Жиздра", 9),
    Place("khvastovichi", "с. Хвастовичи", 10),
    *(Place(code, settlement, weight) for code, settlement, weight, _ in _DISTRICTS),
)
SETTLEMENTS = {place.code: place.settlement for place in PLACES}


def _kaluga(code: str, name: str, street: str, ages: str, staff: str = "") -> Clinic:
    """In town; a clinic with a staff of its own kind has no attached people."""
    address = f"г. Калуга, {street}"
    return Clinic(code, "kaluga", name, address, ages, town=True, areas=not staff, staff=staff)


def _pair(code: str, place: str, *, town: bool = False) -> tuple[Clinic, Clinic]:
    """A district's clinic for adults and its department for children. Addresses are invented."""
    where = SETTLEMENTS[place]
    of = where.partition(" ")[2]
    return (
        Clinic(
            f"{code}-a", place, f"Поликлиника ({of})", f"{where}, ул. Больничная, 1", "adult", town
        ),
        Clinic(
            f"{code}-c",
            place,
            f"Детская поликлиника ({of})",
            f"{where}, ул. Больничная, 1, корпус 2",
            "child",
            town,
        ),
    )


def _branch(code: str, place: str) -> Clinic:
    """A small clinic for all ages."""
    where = SETTLEMENTS[place]
    of = where.partition(" ")[2]
    return Clinic(f"{code}-b", place, f"Поликлиника ({of})", f"{where}, ул. Больничная, 3", "all")


ORGANISATIONS = (
    Organisation(
        "dgb",
        "Детская городская больница",
        "Детская городская больница",
        (
            _kaluga("dgb-5", "Детская поликлиника № 5", "ул. Космонавтов, 12", "child"),
            _kaluga("dgb-kub", "Детская поликлиника на ул. Кубяка", "ул. Кубяка, 6", "child"),
            _kaluga(
                "dgb-tur", "Детская поликлиника в Турынине", "ул. Советская, 79", "child"
            ),  # real
            _kaluga("dgb-3", "Поликлиническое отделение № 3", "ул. Учебная, 3", "child"),
            _kaluga(
                "dgb-mol", "Детская поликлиника на ул. Молодёжной", "ул. Молодёжная, 20", "child"
            ),
            _kaluga("dgb-vil", "Детская поликлиника на ул. Вилонова", "ул. Вилонова, 14", "child"),
            _kaluga(
                "dgb-prb", "Детская поликлиника «Правобережье»", "Сиреневый бульвар, 9", "child"
            ),  # real
        ),
    ),
    Organisation(
        "gkb4",
        "Калужская городская клиническая больница № 4 им. А. С. Хлюстина",
        "Городская больница № 4 им. А. С. Хлюстина",
        (
            _kaluga("gkb4-2", "Поликлиника № 2", "ул. Чехова, 3", "adult"),  # real
            _kaluga("gkb4-5", "Поликлиника № 5", "ул. Учебная, 17", "adult"),
            _kaluga(
                "gkb4-gr", "Поликлиника на Грабцевском шоссе", "Грабцевское шоссе, 40", "adult"
            ),
            _kaluga("gkb4-nik", "Поликлиника на ул. Никитина", "ул. Никитина, 70", "adult"),
        ),
    ),
    Organisation(
        "gp",
        "ГБУЗ КО «Городская поликлиника»",
        "Городская поликлиника",
        (_kaluga("gp-kib", "Поликлиника на ул. Кибальчича", "ул. Кибальчича, 8", "adult"),),
    ),
    Organisation(
        "gkb2",
        "Калужская городская клиническая больница № 2 «Сосновая роща»",
        "Городская больница № 2 «Сосновая роща»",
        (_kaluga("gkb2-p", "Поликлиника «Сосновая роща»", "ул. Лесная, 30", "adult"),),
    ),
    Organisation(
        "kokb",
        "ГБУЗ КО «Калужская областная клиническая больница»",
        "Областная клиническая больница",
        (
            _kaluga(
                "kokb-k",
                "Консультативная поликлиника",
                "ул. Областная, 1",
                "adult",
                staff="consultative",
            ),
        ),
    ),
    Organisation(
        "onko",
        "Калужский областной онкологический диспансер",
        "Областной онкодиспансер",
        (
            _kaluga(
                "onko-2",
                "Поликлиника № 2 онкодиспансера",
                "ул. Степана Разина, 1",  # real
                "adult",
                staff="oncological",
            ),
        ),
    ),
    Organisation(
        "perinatal",
        "Калужский областной перинатальный центр",
        "Перинатальный центр",
        (
            _kaluga(
                "perinatal-w",
                "Женская консультация перинатального центра",
                "ул. Областная, 5",
                "adult",
                staff="women",
            ),
        ),
    ),
    Organisation(
        "kb8",
        "Клиническая больница № 8 ФМБА",
        "Клиническая больница № 8",
        _pair("kb8", "obninsk", town=True),
    ),
    Organisation(
        "cmb1",
        "Центральная межрайонная больница № 1 (Киров)",
        "ЦМБ № 1",
        (
            *_pair("cmb1", "kirov"),
            _branch("cmb1-bet", "betlitsa"),
            _branch("cmb1-bar", "baryatino"),
            _branch("cmb1-spd", "spas-demensk"),
        ),
    ),
    Organisation(
        "cmb2",
        "Центральная межрайонная больница № 2 (Людиново)",
        "ЦМБ № 2",
        (
            *_pair("cmb2", "lyudinovo"),
            _branch("cmb2-zhi", "zhizdra"),
            _branch("cmb2-hva", "khvastovichi"),
        ),
    ),
    *(
        Organisation(code, name, name, _pair(code, code))
        for code, _settlement, _weight, name in _DISTRICTS
    ),
)


def invented(number: int) -> Organisation:
    """One organisation more, for the big sizes: the name says that it is invented."""
    place = ("kaluga", "obninsk", "kaluga", *(place.code for place in PLACES))[number % 29]
    name = f"Учебная больница № {number} (вымышленная)"
    adult, child = _pair(f"extra{number}", place, town=True)
    clinics = (
        replace(adult, name=f"Учебная поликлиника № {number}"),
        replace(child, name=f"Учебная детская поликлиника № {number}"),
    )
    return Organisation(f"extra{number}", name, name, clinics)
