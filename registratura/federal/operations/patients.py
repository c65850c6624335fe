"""4.1 GetPatientInfo: who is it. It opens the session."""

from registratura.federal.calls import Answer, Call
from registratura.federal.identification import identify
from registratura.federal.messages import PatientInfo
from registratura.federal.writing import element, needed


async def get_patient_info(call: Call, asked: PatientInfo) -> Answer:
    """The patient's id. Refuses with `PatientNotFound`."""
    person_id = await identify(call, asked.session_id, asked.patient)
    return Answer(
        needed(
            "GetPatientInfoResponse",
            element("Session_ID", asked.session_id),
            element("Patient_Id", str(person_id)),
        )
    )
