"""What ЕСИА tells of who signed in: its REST answers, read whole."""

from registratura.esia.answer import Answer, Child, read_answer
from registratura.esia.authorise import Tokens
from registratura.esia.elements import COLLECTIONS, Reader
from registratura.esia.faults import EsiaRefused, NotConfirmed
from registratura.esia.line import Line
from registratura.esia.verify import Identity

__all__ = ["Answer", "Child", "read_answer", "read_profile"]
_EMBED = f"({','.join(f'{name}.elements' for name in COLLECTIONS)})"


async def read_profile(line: Line, tokens: Tokens, identity: Identity) -> Answer:
    """Person, contacts, addresses, documents, children: in one request where ЕСИА embeds them.

    Refuses with `NotConfirmed` an account that is not confirmed, with `EsiaRefused` a person
    without a name or birth date.
    """
    if not identity.confirmed:
        raise NotConfirmed("account is not confirmed")
    person = await line.get(f"/rs/prns/{identity.oid}", tokens.access, {"embed": _EMBED})
    if not isinstance(person, dict):
        raise EsiaRefused("the person is not an object")
    if person.get("trusted") is not True:
        raise NotConfirmed("person is not trusted")
    whole = await Reader(line, tokens.access, identity.oid).complete(person)
    return read_answer(line.issuer, identity.oid, whole)
