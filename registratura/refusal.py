"""The registry's way to say no: one exception class for each reason, translated by each face."""

from typing import ClassVar


class Refusal(Exception):
    """A business reason why something was not done. Nothing was written.

    `code` is stable and public; `words` are Russian, for people, filled from the parameters.
    A face has one handler for this class.
    """

    code: ClassVar[str]
    words: ClassVar[str]

    def __init__(self, **parameters: object) -> None:
        self.parameters = parameters
        super().__init__(self.text)

    @property
    def text(self) -> str:
        """The words with their parameters, ready to be shown."""
        return self.words.format_map(self.parameters)
