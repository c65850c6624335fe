"""Faults: what is no request at all, or has nothing that an answer could echo (section 7)."""


class SoapFault(Exception):
    """Answered by a SOAP Fault. The words are for the people who run the caller."""

    code = "soap:Client"
    status = 500  # SOAP 1.1, section 6.2

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


class SenderFault(SoapFault):
    """Not XML, a DTD, no envelope, an unknown operation, too big, or an id is missing."""


class OwnFault(SoapFault):
    """Ours, where no operation could answer by its own `INTERNAL_ERROR`."""

    code = "soap:Server"

    def __init__(self) -> None:
        super().__init__("Сбой на стороне региона. Попробуйте ещё раз через несколько минут.")


class VersionMismatch(SoapFault):
    """The envelope is SOAP 1.2."""

    code = "soap:VersionMismatch"

    def __init__(self) -> None:
        super().__init__("Этот адрес говорит на SOAP 1.1.")


class NotAllowed(SoapFault):
    """The caller is not one of those who may call."""

    status = 403

    def __init__(self) -> None:
        super().__init__("Этому отправителю обращаться сюда не разрешено.")


class NotAuthenticated(SoapFault):
    """No name and password, or wrong ones."""

    status = 401

    def __init__(self) -> None:
        super().__init__("Нужны имя и пароль.")
