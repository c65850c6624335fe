"""The look served by Litestar: one route for the static files of a shelf."""

from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from registratura_ground.look.shelf import Shelf


def static_route(shelf: Shelf, path: str = "/static") -> HTTPRouteHandler:
    """`GET {path}/…`: the file, gzipped where the browser takes it; 404 for another name."""

    @get(path + "/{name:path}", include_in_schema=False, exclude_from_csrf=True, name="static")
    async def send_static(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
        found = shelf.find(name)
        if found is None:
            raise NotFoundException
        asset, cache = found
        squeeze = asset.squeezed is not None and "gzip" in request.headers.get(
            "accept-encoding", ""
        )
        headers = {"Cache-Control": cache, "ETag": f'"{asset.digest}"', "Vary": "Accept-Encoding"}
        if squeeze:
            headers["Content-Encoding"] = "gzip"
        body = asset.squeezed if squeeze and asset.squeezed else asset.body
        return Response(body, media_type=asset.media_type, headers=headers)

    return send_static
