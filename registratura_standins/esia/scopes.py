"""Scopes: which the stand-in knows, which field each opens, and how a person reads them."""

from collections.abc import Collection, Iterable

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
    )
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
        frozenset(("fullname", "birthdate", "gender", "birthplace", "citizenship")),
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
            )
        ),
    ),
)


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
