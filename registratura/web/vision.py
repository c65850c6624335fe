"""The low-vision settings: POST and a cookie, the same pages, no script needed."""

from datetime import timedelta
from typing import Annotated

from litestar import post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from registratura.web import redirect, safe_path
from registratura.web.requests import AnyRequest, cookies_of
from registratura_ground.look import Vision

_YEAR = timedelta(days=365)
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/vision", name="vision")
async def choose_vision(request: AnyRequest, data: Form) -> Redirect:
    """Keep the settings for a year and go back to the page; `reset` forgets them."""
    vision = Vision() if "reset" in data else Vision.chosen(data)
    cookies = cookies_of(request)
    kept = cookies.make("vision", vision.cookie, _YEAR) if vision.cookie else None
    answer = redirect(safe_path(data.get("back")))
    answer.cookies.append(kept or cookies.forget("vision"))
    return answer
