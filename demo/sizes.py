"""How big a region is made."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Persons, and how many clinics and doctors serve them."""

    name: str
    persons: int
    specialists: int  # kinds of specialists in a town clinic
    district_specialists: int  # in a district clinic
    copies: int = 1  # doctors of each kind
    town_areas: int = 2  # at least, in a town clinic; a district clinic has at least one
    adults_of_area: int = 1700
    children_of_area: int = 800
    organisations: int = 0  # invented ones are added up to this number
    only_clinics: tuple[str, ...] = ()  # these clinics and no other
    every_day: bool = False  # doctors receive on every day of the week


SIZES = {
    size.name: size
    for size in (
        Size(
            "tiny",
            300,
            specialists=4,  # the fourth of an adult clinic is the neurologist, by referral
            district_specialists=1,
            only_clinics=("dgb-5", "dgb-kub", "gkb4-2", "gkb4-5"),
            every_day=True,
        ),
        Size("small", 20_000, specialists=5, district_specialists=2),
        Size(
            "region",
            1_000_000,
            specialists=13,
            district_specialists=13,
            copies=2,
            organisations=60,
        ),
        Size(
            "megacity",
            13_000_000,
            specialists=13,
            district_specialists=13,
            copies=2,
            organisations=600,
        ),
    )
}
