"""Scopes: which the stand-in knows, which field each opens, and how a person reads them."""

import re
from collections.abc import Collection, Iterable

# How names stood in the first versions of the protocol: as addresses.
_ADDRESS = "http://esia.gosuslugi.ru/"
_OWN_OID = re.compile(r"\?oid=[0-9]{1,18}$")
_OF_ORGANISATION = re.compile(r"^(?:org_[a-z_]{1,30}|categories)\?org_oid=[0-9]{1,18}$")

ALL = frozenset(
    (
        "openid",
        "fullname",
        "birthdate",
        "birthplace",
        "gender",
        "citizenship",
        "snils",
        "inn",
        "id_doc",
        "medical_doc",
        "birth_cert_doc",
        "foreign_passport_doc",
        "drivers_licence_doc",
        "military_doc",
        "residence_doc",
        "temporary_residence_doc",
        "email",
        "mobile",
        "contacts",
        "addresses",
        "vehicles",
        "usr_org",
        "usr_avt",
        "self_employed",
        "kid_fullname",
        "kid_birthdate",
        "kid_gender",
        "kid_snils",
        "kid_inn",
        "kid_birth_cert_doc",
        "kid_medical_doc",
        "kid_mobile",
        "kid_email",
        "remd_medical_doc",
        "usr_inf",
        "http://lk.gosuslugi.ru/api-order",
    )
)
# What the one wide scope of the first versions stands for.
USR_INF = frozenset(
    ("fullname", "birthdate", "birthplace", "gender", "citizenship", "snils", "inn", "contacts")
)

# What a registry of doctors' appointments needs; the default of `register-client`.
REGISTRY = (
    "openid",
    "fullname",
    "birthdate",
    "gender",
    "snils",
    "id_doc",
    "medical_doc",
    "email",
    "mobile",
    "addresses",
    "kid_fullname",
    "kid_birthdate",
    "kid_gender",
    "kid_snils",
    "kid_birth_cert_doc",
    "kid_medical_doc",
)

PERSON_FIELDS = {
    "firstName": "fullname",
    "lastName": "fullname",
    "middleName": "fullname",
    "birthDate": "birthdate",
    "birthPlace": "birthplace",
    "gender": "gender",
    "citizenship": "citizenship",
    "snils": "snils",
    "inn": "inn",
    "rIdDoc": "id_doc",
}
CHILD_FIELDS = {
    "firstName": "kid_fullname",
    "lastName": "kid_fullname",
    "middleName": "kid_fullname",
    "birthDate": "kid_birthdate",
    "gender": "kid_gender",
    "snils": "kid_snils",
    "inn": "kid_inn",
    "mobile": "kid_mobile",
    "email": "kid_email",
}
CONTACT_TYPES = {"MBT": "mobile", "EML": "email"}  # `contacts` opens all
BIRTH_CERTIFICATES = ("RF_BRTH_CERT", "FID_BRTH_CERT", "OLD_BRTH_CERT", "BRTH_CERT")
DOCUMENT_TYPES = {
    "RF_PASSPORT": "id_doc",
    "FID_DOC": "id_doc",
    "MDCL_PLCY": "medical_doc",
    "FRGN_PASS": "foreign_passport_doc",
    "RF_DRIVING_LICENSE": "drivers_licence_doc",
    "MLTR_ID": "military_doc",
    "RSDNC_PERMIT": "residence_doc",
    "RFG_CERT": "temporary_residence_doc",
    "CERT_REG_IMM": "temporary_residence_doc",
    **dict.fromkeys(BIRTH_CERTIFICATES, "birth_cert_doc"),
}
CHILD_DOCUMENT_TYPES = {
    "MDCL_PLCY": "kid_medical_doc",
    **dict.fromkeys(BIRTH_CERTIFICATES, "kid_birth_cert_doc"),
}

# The consent page: sign, words, scopes that it stands for.
GROUPS: tuple[tuple[str, str, frozenset[str]], ...] = (
    (
        "person",
        "ФИО, пол, дата рождения",
        frozenset(("fullname", "birthdate", "gender", "birthplace", "citizenship", "usr_inf")),
    ),
    ("paper", "СНИЛС", frozenset(("snils",))),
    ("paper", "ИНН", frozenset(("inn",))),
    ("paper", "Паспорт", frozenset(("id_doc",))),
    ("shield", "Полис ОМС", frozenset(("medical_doc",))),
    ("phone", "Телефон и электронная почта", frozenset(("mobile", "email", "contacts"))),
    ("house", "Адрес", frozenset(("addresses",))),
    ("family", "Дети", frozenset(scope for scope in ALL if scope.startswith("kid_"))),
    (
        "paper",
        "Другие документы и сведения",
        frozenset(
            (
                "birth_cert_doc",
                "foreign_passport_doc",
                "drivers_licence_doc",
                "military_doc",
                "residence_doc",
                "temporary_residence_doc",
                "vehicles",
                "usr_org",
                "usr_avt",
                "self_employed",
                "remd_medical_doc",
            )
        ),
    ),
    ("plane", "Подача заявлений от вашего имени", frozenset(("http://lk.gosuslugi.ru/api-order",))),
)


def plain(name: str) -> str:
    """A scope's bare name: without the old address before it and one's own oid after it."""
    return _OWN_OID.sub("", name.removeprefix(_ADDRESS))


def is_of_organisation(name: str) -> bool:
    """`org_shortname?org_oid=1000000357`."""
    return bool(_OF_ORGANISATION.match(name))


def widen(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes with what the old wide one stands for."""
    given = frozenset(scopes)
    return given | USR_INF if "usr_inf" in given else given


def visible_groups(scopes: Iterable[str]) -> list[tuple[str, str]]:
    """Sign and words of every group that these scopes open."""
    asked = set(scopes)
    return [(sign, words) for sign, words, group in GROUPS if asked & group]


def name_groups(scopes: Iterable[str]) -> str:
    """The groups in one line: «ФИО, пол, дата рождения, СНИЛС, полис ОМС, дети»."""
    words = ", ".join(_lower_first(words) for _, words in visible_groups(scopes))
    return words[:1].upper() + words[1:]


def _lower_first(words: str) -> str:
    is_short_form = words[1:2].isupper()
    return words if is_short_form else words[:1].lower() + words[1:]


def types_open(scopes: Collection[str], types: dict[str, str]) -> list[str]:
    """The types (of contacts, of documents) that these scopes open."""
    return [name for name, scope in types.items() if scope in scopes]
