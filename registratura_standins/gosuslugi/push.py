"""Where the region pushes statuses to: UpdateAppointmentStatus (sheet, section 6), read tolerantly.

No schema of it is public: what identifies the region, the booking and its state is demanded, the
rest may be written as it likes. The region shows who it is by HTTP Basic.
"""

import base64
import hmac
import json
from datetime import datetime

import psycopg
import structlog
from litestar import Response, get, post
from litestar.exceptions import HTTPException
from lxml import etree
from psycopg_pool import PoolTimeout

from registratura_standins.gosuslugi import statuses
from registratura_standins.gosuslugi.reading import Nonsense, moment
from registratura_standins.gosuslugi.soap import (
    ER,
    Fault,
    NotSoap,
    make_envelope,
    make_fault,
    parse_body,
)
from registratura_standins.gosuslugi.statuses import Pushed
from registratura_standins.gosuslugi.visitors import AnyRequest, pool_of, settings_of
from registratura_standins.gosuslugi.visitors import moment as this_moment

_LOG = structlog.get_logger("push")
_OPERATION = "UpdateAppointmentStatus"
# Cyrillic letters that look like Latin ones live in real codes: «СС».
_LATIN = str.maketrans("АВЕКМНОРСТХ", "ABEKMHOPCTX")
FINAL = "FAILURE_OPERATION"  # the sender need not try again


@post("/fer/status", exclude_from_csrf=True, status_code=200, name="push")
async def take_status(request: AnyRequest) -> Response[bytes]:
    """SUCCESS for every status of our region that can be kept, of whatever booking; a Fault only
    where the answer could not name the booking. 401 for a stranger."""
    if not _is_region(request):
        return _ask_who()
    try:
        root = parse_body(await request.body())
        book_id = _book_id(root)
    except (NotSoap, Fault, HTTPException) as fault:
        reason = fault.reason if isinstance(fault, NotSoap) else type(fault).__name__
        _LOG.warning("unreadable", reason=reason)
        content = make_fault("Client", "Ожидается UpdateAppointmentStatusRequest с Book_Id_Mis.")
        return Response(content, status_code=500, media_type="text/xml")
    code, comment = await _take(request, root, book_id)
    return Response(_answer(book_id, code, comment), media_type="text/xml")


@get("/fer/statuses", name="pushed")
async def list_statuses(request: AnyRequest, rmis: str = "") -> Response[bytes]:
    """For the region's nightly comparison, which the profile does not know: a line of JSON for
    each booking with its last status, of visits `from` … `to`. 401 for a stranger, 403 where
    another region is asked about."""
    settings = settings_of(request)
    if not _is_region(request):
        return _ask_who()
    if rmis != settings.rmis_id:
        return Response(b"rmis: another region", status_code=403, media_type="text/plain")
    try:
        first, end = (moment(request.query_params.get(name, "")) for name in ("from", "to"))
    except Nonsense:
        return Response(b"from, to: moments with an offset", status_code=400)
    async with pool_of(request).connection() as db:
        found = await statuses.search_last(db, rmis, first, end)
    zone = settings.zone
    lines = [
        {
            "Book_Id_Mis": it.book_id,
            "Status": it.status,
            "Visit_Time": it.visit_time.astimezone(zone).isoformat(timespec="seconds"),
        }
        for it in found
    ]
    content = b"".join(json.dumps(it).encode() + b"\n" for it in lines)
    return Response(content, media_type="application/x-ndjson")


def _is_region(request: AnyRequest) -> bool:
    """Whether the caller brings the region's name and password. Nobody does where none are set."""
    expected = settings_of(request).status_basic
    kind, _, brought = request.headers.get("authorization", "").partition(" ")
    known = base64.b64encode(expected.encode())
    same = hmac.compare_digest(brought.strip().encode(), known)
    return bool(expected) and kind.lower() == "basic" and same


def _ask_who() -> Response[bytes]:
    _LOG.warning("stranger")
    headers = {"WWW-Authenticate": 'Basic realm="fer", charset="UTF-8"'}
    return Response(b"", status_code=401, headers=headers, media_type="text/plain")


async def _take(request: AnyRequest, root: etree._Element, book_id: str) -> tuple[str, str]:
    try:
        pushed = _read(root, book_id)
        if pushed.rmis_id != settings_of(request).rmis_id:
            raise Nonsense("Rmis_Id")
    except Nonsense as fault:
        _LOG.warning("refused", reason=fault.reason)
        return FINAL, f"Не разобрано: {fault.reason}"
    try:
        async with pool_of(request).connection() as db:
            await statuses.receive(db, pushed, this_moment())
    except (psycopg.Error, PoolTimeout) as fault:
        _LOG.error("not_stored", kind=type(fault).__name__)
        return "INTERNAL_ERROR", "Статус не сохранён, повторите позже."
    return "SUCCESS", ""


def _book_id(root: etree._Element) -> str:
    if root.tag != f"{{{ER}}}{_OPERATION}Request":
        raise NotSoap("another operation")
    book_id = _text(root, "Book_Id_Mis")
    if not book_id:
        raise NotSoap("no Book_Id_Mis")
    return book_id


def _read(root: etree._Element, book_id: str) -> Pushed:
    status = _text(root, "Status").translate(_LATIN)
    if status not in statuses.STATUSES:
        raise Nonsense("Status")
    try:
        visit_time: datetime = moment(_text(root, "Visit_Time"))
    except Nonsense:
        raise Nonsense("Visit_Time") from None
    source = _text(root, "Source_Code").translate(_LATIN)
    return Pushed(_text(root, "Rmis_Id"), book_id, status, visit_time, source or "UNKNOWN")


def _text(root: etree._Element, name: str) -> str:
    """The first element of that name, wherever it stands and whatever its namespace."""
    for element in root.iter(tag=etree.Element):
        if etree.QName(element).localname == name and element is not root:
            return " ".join((element.text or "").split())[:100]
    return ""


def _answer(book_id: str, code: str, comment: str) -> bytes:
    root = etree.Element(f"{{{ER}}}{_OPERATION}Response", nsmap={None: ER})  # type: ignore[dict-item]
    for name, text in (("Book_Id_Mis", book_id), ("Status_Code", code), ("Comment", comment)):
        etree.SubElement(root, f"{{{ER}}}{name}").text = text
    return make_envelope(root)
