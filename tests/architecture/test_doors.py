"""Every door is on the public list, or demands sign-in, or asks who calls."""

from litestar.routes import HTTPRoute

from registratura.api.callers import booker, reader
from registratura.app import create_app
from registratura.federal.callers import may_call
from registratura.settings import Settings
from registratura.web import has_session, on_duty, signed_in

PUBLIC = {
    "GET /",
    "GET /about/accessibility",
    "GET /about/personal-data",
    "GET /consent/withdrawn",
    "GET /signin",
    "GET /signin/esia",
    "GET /signin/done",
    "GET /signin/unfinished",
    "POST /signout",
    "POST /vision",
    "GET /clinics",
    "GET /clinics/{department:uuid}",
    "GET /clinics/{department:uuid}/{position:int}",
    "GET /doctors/{post:uuid}",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /federal/er",  # the description of the service
    "GET /federal/er-schema.xsd",
    "GET /demo/messages",  # not in production
    "GET /api/v1",
    "GET /api/v1/openapi.json",
    "GET /api/v1/clinics",
    "GET /api/v1/clinics/{department:uuid}",
    "GET /api/v1/clinics/{department:uuid}/positions",
    "GET /api/v1/clinics/{department:uuid}/positions/{position:int}/doctors",
    "GET /api/v1/doctors/{post:uuid}",
    "GET /api/v1/doctors/{post:uuid}/days",
    "GET /api/v1/doctors/{post:uuid}/times",
}

GUARDS = {signed_in, has_session, on_duty, may_call, reader, booker}


def test_every_door_is_public_by_name_or_demands_sign_in() -> None:
    app = create_app(Settings())
    open_doors = set()
    for route in app.routes:
        if not isinstance(route, HTTPRoute) or route.path.startswith("/static"):
            continue
        for handler in route.route_handlers:
            guards = handler.resolve_guards()
            if GUARDS & set(guards):
                continue
            methods = {str(method) for method in handler.http_methods} - {"HEAD", "OPTIONS"}
            open_doors |= {f"{method} {route.path}" for method in methods}
    assert open_doors - PUBLIC == set(), "a door without a guard that nobody put on the list"
    assert PUBLIC - open_doors == set(), "the list names a door that is not open or not there"
