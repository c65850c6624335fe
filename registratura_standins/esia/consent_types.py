"""Types of consent of the digital profile: what may be asked under each, and for how long.

`APIPGU` and `FIN_AGREEMENT` are spelt as public clients have them; what exactly the original allows
under each is not published, so the lists are ours. `TRAINING_VISIT` is invented: a type whose
scopes are fixed and may not be named by the client.
"""

from dataclasses import dataclass

ACTIONS = frozenset(("ALL_ACTIONS_TO_DATA", "SHARE_DATA", "USE_DATA"))
YEAR = 525_600  # minutes


@dataclass(frozen=True)
class ConsentType:
    """`fixed` scopes are given whatever is asked, and then none may be; `longest` is in minutes."""

    sysname: str
    name: str
    purposes: frozenset[str]
    allowed: frozenset[str] = frozenset()
    mandatory: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    one_purpose: bool = False
    longest: int = YEAR


_PERSON = frozenset(
    ("fullname", "birthdate", "birthplace", "gender", "snils", "inn", "id_doc", "email", "mobile")
)
BOOK = {
    one.sysname: one
    for one in (
        ConsentType(
            "APIPGU",
            "Подача заявлений на Госуслуги",
            frozenset(("APIPGU",)),
            allowed=_PERSON | {"http://lk.gosuslugi.ru/api-order", "addresses"},
            mandatory=frozenset(("http://lk.gosuslugi.ru/api-order",)),
            one_purpose=True,
        ),
        ConsentType(
            "FIN_AGREEMENT",
            "Финансовые услуги",
            frozenset(("FIN_AGREEMENT", "CREDIT", "REG_QUESTIONNAIRE", "UPD_CUSTOMER_INF")),
            allowed=_PERSON | {"addresses", "citizenship", "vehicles", "medical_doc"},
        ),
        ConsentType(
            "TRAINING_VISIT",
            "Учебный приём у врача",
            frozenset(("TRAINING_VISIT", "TRAINING_REMINDER")),
            fixed=frozenset(("fullname", "birthdate", "gender", "snils", "medical_doc")),
            one_purpose=True,
            longest=30 * 24 * 60,
        ),
    )
}
