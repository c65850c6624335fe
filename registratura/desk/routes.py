"""The table of contents of the desk's pages."""

from litestar import Router

from registratura.desk import deletions, entrance, links, refused, work

ROUTES = Router(
    "/desk",
    route_handlers=[
        entrance.ask,
        entrance.enter,
        entrance.leave,
        work.work,
        links.ask,
        links.find,
        links.link,
        links.confirm,
        deletions.deletions,
        deletions.deletion,
        deletions.carry_out,
    ],
    exception_handlers=refused.HANDLERS,
)
