"""Sight: what the asker may see of the patient's visits, as the engine's statements ask it.

The rule itself is `people.acting`; here it stands for one wish, whose patient has been read.
"""

from collections.abc import Mapping
from typing import LiteralString

from registratura.people.patients import Patient

# A condition on a row of `appointment`, for the patient that `sight` describes.
SEEN: LiteralString = """
    (appointment.position_id <> all(%(hidden)s::integer[])
     and (%(sees)s or appointment.account_id = %(account)s::uuid))
"""

# The same where several wishes stand in one statement, each a row of `wanted`.
SEEN_BY_WANTED: LiteralString = """
    (appointment.position_id <> all(wanted.hidden)
     and (wanted.sees or appointment.account_id = %(account)s::uuid))
"""


def sight(patient: Patient, account_id: object) -> Mapping[str, object]:
    """The parameters of `SEEN`."""
    return {"sees": patient.sees, "hidden": list(patient.hidden), "account": account_id}
