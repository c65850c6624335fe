"""Who is asked about: the facts of `Patient_Data` → one card, bound to a session."""

from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.federal import sessions
from registratura.federal.calls import Call
from registratura.federal.messages import PatientData
from registratura.federal.refusals import PatientNotFound
from registratura.people import persons
from registratura.people.persons import Identity


def actor_of(session_id: str | None = None) -> Actor:
    """The federation, acting in that session."""
    return Actor("federation", session_id)


async def identify(call: Call, session_id: str, data: PatientData) -> UUID:
    """Find the person and bind the session to him; that his card was read is an event.

    Refuses with `PatientNotFound` where nobody fits, or more than one; then the session is over.
    """
    async with call.db.transaction():
        found = await _find(call, data)
        if found is not None:
            await sessions.open_for(call.db, session_id, found, now=call.now)
            await audit.record(
                call.db,
                now=call.now,
                kind="person.read",
                actor=actor_of(session_id),
                person_id=found,
            )
        else:
            await sessions.end(call.db, session_id)
    if found is None:
        raise PatientNotFound()
    return found


async def _find(call: Call, data: PatientData) -> UUID | None:
    who = Identity(data.last_name, data.first_name, data.middle_name, data.birth_date)
    return await persons.find_by_every_fact(
        call.db,
        who,
        sex=data.sex,
        policy_series=data.policy_series,
        policy_number=data.policy_number,
        snils=data.snils,
    )
