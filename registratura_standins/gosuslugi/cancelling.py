"""Cancelling in the region: its own reason for each case (sheet, section 4.8)."""

from collections.abc import Sequence

from registratura_standins.gosuslugi import answers, requests
from registratura_standins.gosuslugi.answers import Cancelled
from registratura_standins.gosuslugi.region import Region


async def send_cancelling(
    region: Region,
    book_id: str,
    reason: str,
    differences: Sequence[tuple[str, str, str]] = (),
) -> Cancelled:
    """The region's answer; a repeat gets the same one. Refuses with `RegionTrouble`."""
    asked = requests.cancel_appointment(book_id, reason, differences)
    return await region.ask(asked, answers.cancelled)
