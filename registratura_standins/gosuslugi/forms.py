"""Forms as they are sent: plain text fields, nothing else."""

from registratura_standins.gosuslugi.visitors import AnyRequest

_LONGEST = 300  # signs of a field
_LONGEST_KIND = 20_000  # of the hidden one that holds all that the region says of a kind of doctor


async def read_form(request: AnyRequest) -> dict[str, str]:
    """The form's fields; a file, a field twice, or a sign that the database cannot hold is not
    what our pages send."""
    form = await request.form()
    typed = {
        name: text.replace("\x00", "")[: _LONGEST_KIND if name == "kind" else _LONGEST]
        for name, text in dict(form).items()
        if isinstance(text, str)
    }
    request.state.typed = typed  # a page about a fault leads back with what was picked
    return typed
