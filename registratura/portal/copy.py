"""«Копия всех данных»: JSON for programs, PDF for people."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

from litestar import Response, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from registratura.booking import copies
from registratura.booking.copies import Copy
from registratura.db import Connection
from registratura.portal import copy_words, journal_words
from registratura.portal.consent_text import find_text
from registratura.settings import Settings
from registratura.web import Visitor, signed_in
from registratura.web.borrowing import give_back
from registratura.web.limits import check_limit
from registratura.web.paper import print_pdf
from registratura.web.requests import AnyRequest

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
AN_HOUR = 10  # copies of one account


@post("/profile/copy", name="copy", guards=[signed_in], status_code=200)
async def take(
    request: AnyRequest,
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
    data: Form,
) -> Response[bytes]:
    """The file to keep. A form of ours, not a link: nobody takes a copy by chance."""
    await check_limit(
        db, "copy", str(visitor.account_id), most=AN_HOUR, window=timedelta(hours=1), now=now
    )
    copy = await copies.take(db, visitor.account_id, now=now, zone=settings.region_zone)
    await give_back(request.scope)  # the printer needs no database
    if data.get("format") == "json":
        return _file(_json(copy), "application/json", "json", copy)
    made = await print_pdf("copy.typ", copy_words.document(copy, settings), at=now)
    return _file(made, "application/pdf", "pdf", copy)


def _json(copy: Copy) -> bytes:
    """Keys are the registry's own words (docs/glossary.md); consents carry their texts."""
    for consent in copy.parts["consents"]:
        text = find_text(consent["document"], consent["version"], consent["text_sha256"])
        consent["text"] = text.text if text else None
    journal: list[dict[str, Any]] = [
        asdict(line) | {"what": journal_words.what(line), "who": journal_words.who(line, own=True)}
        for line in copy.journal
    ]
    whole = {"taken_at": copy.taken_at, **copy.parts, "journal": journal}
    return json.dumps(whole, ensure_ascii=False, indent=2, default=str).encode()


def _file(body: bytes, media_type: str, ending: str, copy: Copy) -> Response[bytes]:
    name = f"registratura-{copy.taken_at:%Y-%m-%d}.{ending}"
    return Response(
        body,
        media_type=media_type,
        status_code=200,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )
