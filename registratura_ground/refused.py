"""A start that cannot be: one sentence for who started it, exit status 2."""


class Refused(Exception):
    """What is wrong and how to mend it, in one Russian sentence, without secrets."""
