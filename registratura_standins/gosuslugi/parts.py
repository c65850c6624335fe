"""Shared types of the profile (sheet, section 3): clinic, doctor, room, slot, referral."""

from dataclasses import replace

from registratura_standins.gosuslugi import reading
from registratura_standins.gosuslugi.places import (
    Clinic,
    Inner,
    Referral,
    Resource,
    Service,
    Slot,
    Target,
)
from registratura_standins.gosuslugi.reading import Nonsense, Sequence


def read_clinic(one: Sequence) -> Clinic:
    """MO in its full form."""
    return Clinic(
        id=one.text("MO_Id"),
        oid=one.text("MO_OID"),
        name=one.text("MO_Name"),
        address=one.text("MO_Address"),
        phone=one.maybe_text("MO_Phone"),
        ages=one.maybe_text("Age_Group"),
    )


def read_resource(one: Sequence) -> Resource:
    """A doctor or a room, with free days or without."""
    doctor = one.maybe_element("Specialist")
    if doctor is not None:
        names = [doctor.text("Last_Name"), doctor.text("First_Name")]
        names += filter(None, [doctor.maybe_text("Middle_Name")])
        key = reading.snils(doctor.text("SNILS"))
        position, _ = _post(doctor.element("Post"))
        doctor.end()
        found = Resource("doctor", key, " ".join(names), position, _dates(one))
    else:
        room = one.element("Room")
        oid, number = room.text("Room_OID"), room.maybe_text("Room_Number")
        name = room.text("Room_Name")
        room.end()
        found = Resource("room", oid, f"{name}, кабинет {number}" if number else name)
        found = replace(found, dates=_dates(one))
    one.maybe_text("Age_Group")
    return found


def read_slot(one: Sequence) -> Slot:
    """One free time; its moment stays the text that it is."""
    id = reading.guid(one.text("Slot_Id"))
    time = reading.slot_time(one.text("VisitTime"))
    return Slot(id, time, one.maybe_text("Room"))


def read_target(one: Sequence, post: str, specialty: str) -> Target | None:
    """A position or a speciality, whichever of the two names comes next; None for neither."""
    by_post = one.maybe_element(post)
    if by_post is not None:
        position, inner = _post(by_post.element("Post"))
        services = by_post.maybe_element("Services_Info")
        by_post.end()
        return _with_services(Target(position=position, inner=inner), services)
    by_specialty = one.maybe_element(specialty)
    if by_specialty is None:
        return None
    code = reading.whole_number(by_specialty.text("Specialty_Id"))
    services = by_specialty.element("Services_Info")
    by_specialty.end()
    return _with_services(Target(speciality=code), services)


def read_referral(one: Sequence) -> Referral:
    """A referral; what is said of it beyond our need is read and let go."""
    id, number = one.text("Referral_Id"), one.text("Referral_Number")
    reading.whole_number(one.text("Referral_Type"))
    starts = reading.day(one.text("Referral_Start_Date"))
    ends = one.maybe_text("Referral_End_Date")
    reading.whole_number(one.text("Payment_Source_Id"))
    to_mo_oid = one.maybe_text("To_MO_OID")
    target = read_target(one, "To_Service_Post", "To_Service_Specialty")
    if target is None:
        raise Nonsense("Referral: to nobody")
    to_name = one.maybe_text("To_Resource_Name")
    for passed_over in ("To_Resource_Snils", "Desease", "Note"):
        one.maybe_text(passed_over)
    one.text("From_MO_OID")
    _post(one.element("From_Post"))
    from_name = one.text("From_Resource_Name")
    reading.snils(one.text("From_Resource_Snils"))
    return Referral(
        id=id,
        number=number,
        starts_on=starts.isoformat(),
        ends_on=reading.day(ends).isoformat() if ends else None,
        target=target,
        to_mo_oid=to_mo_oid,
        to_name=to_name,
        from_name=from_name,
        available=one.text("Available_Record"),
        why_not=one.maybe_text("Reason_Not_Available"),
    )


def _dates(one: Sequence) -> tuple[str, ...]:
    listed = one.maybe_element("Available_Dates")
    if listed is None:
        return ()
    found = []
    while (text := listed.maybe_text("Available_Date")) is not None:
        reading.moment(text)
        found.append(text)
    listed.end()
    if not found:
        raise Nonsense("Available_Dates: an empty list")
    return tuple(found)


def _post(one: Sequence) -> tuple[int, Inner | None]:
    code = reading.whole_number(one.text("Post_Id"))
    inner = _inner(one, "Add_Info_Post")
    one.end()
    return code, inner


def _inner(one: Sequence, name: str) -> Inner | None:
    added = one.maybe_element(name)
    if added is None:
        return None
    inner = Inner(added.text("Inner_Id"), added.text("Inner_Name"))
    added.end()
    return inner


def _with_services(target: Target, one: Sequence | None) -> Target:
    if one is None:
        return target
    name, id = one.maybe_text("Complex_Service_Name"), one.maybe_text("Complex_Service_Id")
    services = one.many("Service", _service)
    one.end()
    return replace(target, services=services, complex_name=name, complex_id=id)


def _service(one: Sequence) -> Service:
    return Service(one.text("Service_Id"), _inner(one, "Add_Info_Service"))
