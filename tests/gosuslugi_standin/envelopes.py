"""Answers of a region as the wire sheet has them (section 14), written by hand. All invented."""

SESSION = "6f1c7a52-0d5e-4c1b-9a77-2b8e4f3d9c10"
SLOT = "b7d0a3f4-51c8-4e0e-8f55-0a9d6c2e7b31"
TIME = "2027-02-01T08:20:00+03:00"
BOOK = "40-2027-000123"
OID = "1.2.643.5.1.13.13.12.2.40.99017.0.100002"
SNILS = "11223344595"


def envelope(answer: str) -> bytes:
    """In the form that the profile's answers have: no declaration, default namespace."""
    return (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<soap:Header/><soap:Body>{answer}</soap:Body></soap:Envelope>"
    ).encode()


def answer(operation: str, inside: str, session: str = SESSION) -> bytes:
    """An answer that begins with the session."""
    return envelope(
        f'<{operation}Response xmlns="http://www.rt-eu.ru/med/er/v2_0">'
        f"<Session_ID>{session}</Session_ID>{inside}</{operation}Response>"
    )


def error(operation: str, code: str, session: str = SESSION) -> bytes:
    """The region says no."""
    told = f"<Error_Code>{code}</Error_Code><Error_Message>Нет: {code}</Error_Message>"
    return answer(operation, f"<Error>{told}</Error>", session)


def fault(words: str = "Не разобрано") -> bytes:
    """A Fault of SOAP 1.1."""
    return envelope(
        f"<soap:Fault><faultcode>soap:Client</faultcode><faultstring>{words}</faultstring>"
        "</soap:Fault>"
    )


CLINIC = (
    f"<MO><MO_Id>40-017-2</MO_Id><MO_OID>{OID}</MO_OID>"
    "<MO_Name>Детское отделение, Учебная поликлиника № 17</MO_Name>"
    "<MO_Address>г. Примерск, ул. Садовая, д. 4</MO_Address>"
    "<MO_Phone>+7 484 000-00-17</MO_Phone><Age_Group>CHILD,TEEN</Age_Group></MO>"
)
DOCTOR = (
    "<Resource><Specialist><Last_Name>Яблокова</Last_Name><First_Name>Нина</First_Name>"
    f"<Middle_Name>Олеговна</Middle_Name><SNILS>{SNILS}</SNILS>"
    "<Post><Post_Id>59</Post_Id></Post></Specialist><Available_Dates>"
    f"<Available_Date>{TIME}</Available_Date>"
    "<Available_Date>2027-02-02T14:00:00+03:00</Available_Date></Available_Dates>"
    "<Age_Group>CHILD,TEEN</Age_Group></Resource>"
)
SUBSTITUTE = (
    "<Resource><Specialist><Last_Name>Громов</Last_Name><First_Name>Илья</First_Name>"
    "<SNILS>11223344696</SNILS><Post><Post_Id>59</Post_Id></Post></Specialist></Resource>"
)
ROOM = "<Room>Кабинет 12</Room>"
ROOM_RESOURCE = (
    "<Resource><Room><Room_OID>1.2.643.5.1.99.1</Room_OID><Room_Number>12</Room_Number>"
    "<Room_Name>УЗИ</Room_Name></Room></Resource>"
)
REFERRAL = (
    "<Referral><Referral_Id>r-1</Referral_Id><Referral_Number>40-000777</Referral_Number>"
    "<Referral_Type>6</Referral_Type><Referral_Start_Date>2027-01-20</Referral_Start_Date>"
    "<Referral_End_Date>2027-03-20</Referral_End_Date><Payment_Source_Id>1</Payment_Source_Id>"
    f"<To_MO_OID>{OID}</To_MO_OID><To_Service_Post><Post><Post_Id>45</Post_Id></Post>"
    "<Services_Info><Service><Service_Id>B01.023.001</Service_Id></Service></Services_Info>"
    "</To_Service_Post><Desease>G90</Desease><From_MO_OID>1.2.643.5.1</From_MO_OID>"
    "<From_Post><Post_Id>59</Post_Id></From_Post>"
    "<From_Resource_Name>Яблокова Н. О.</From_Resource_Name>"
    f"<From_Resource_Snils>{SNILS}</From_Resource_Snils>"
    "<Available_Record>AVAILABLE</Available_Record></Referral>"
)
PATIENT = "<Patient_Id>p-42</Patient_Id>"
CLINICS = f"<MO_List>{CLINIC}</MO_List>"
TARGETS = (
    "<Service_Post_Specs><Service_Post><Post><Post_Id>53</Post_Id></Post></Service_Post>"
    "<Service_Post><Post><Post_Id>45</Post_Id><Add_Info_Post><Inner_Id>n-7</Inner_Id>"
    "<Inner_Name>Невролог, приём по эпилепсии</Inner_Name></Add_Info_Post></Post></Service_Post>"
    "<Service_Specialty><Specialty_Id>33</Specialty_Id><Services_Info><Service>"
    "<Service_Id>A04.16.001</Service_Id></Service></Services_Info></Service_Specialty>"
    "</Service_Post_Specs>"
)
DOCTORS = (
    f"<MO_Resource_List><MO_Available>{CLINIC}<Resource_Available>{DOCTOR}{SUBSTITUTE}"
    "</Resource_Available></MO_Available></MO_Resource_List>"
)
SCHEDULE = (
    f"<Schedule><Slots><Slot_Id>{SLOT}</Slot_Id><VisitTime>{TIME}</VisitTime>{ROOM}</Slots>"
    "<Slots><Slot_Id>b7d0a3f4-51c8-4e0e-8f55-0a9d6c2e7b32</Slot_Id>"
    f"<VisitTime>2027-02-01T08:35:00+03:00</VisitTime>{ROOM}</Slots></Schedule>"
)


def booked(time: str = TIME, slot: str = SLOT, book: str = BOOK) -> str:
    """The answer to a booking: yes."""
    return (
        f"<Book_Id_Mis>{book}</Book_Id_Mis><Status><Status_Code>SUCCESS</Status_Code>"
        f"<Comment/></Status><Slot_Id>{slot}</Slot_Id><Visit_Time>{time}</Visit_Time>{ROOM}"
    )


def refused(code: str, parameters: dict[str, str] | None = None, comment: str = "") -> str:
    """The answer to a booking: no."""
    told = "".join(
        f"<Parameter><Name>{name}</Name><Value>{value}</Value></Parameter>"
        for name, value in (parameters or {}).items()
    )
    listed = f"<Parameters>{told}</Parameters>" if told else ""
    return (
        f"<Book_Id_Mis/><Status><Status_Code>{code}</Status_Code><Comment>{comment}</Comment>"
        f"{listed}</Status><Slot_Id>{SLOT}</Slot_Id><Visit_Time>{TIME}</Visit_Time>"
    )


def cancelled(code: str = "SUCCESS", comment: str = "", book: str = BOOK) -> bytes:
    """The answer to a cancelling."""
    return envelope(
        '<CancelAppointmentResponse xmlns="http://www.rt-eu.ru/med/er/v2_0">'
        f"<Book_Id_Mis>{book}</Book_Id_Mis><Status_Code>{code}</Status_Code>"
        f"<Comment>{comment}</Comment></CancelAppointmentResponse>"
    )
