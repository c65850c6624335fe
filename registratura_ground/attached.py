"""Becomes another program that ends with its parent: `attached.py UID GID SIGNAL PARENT PROGRAM …`.

Runs as a program of its own, before any other thread exists: neither a change of account nor the
wish to end with one's parent can be set safely between fork and exec of a threaded process.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Drop to the account (unless -1), bind to the parent (Linux), and become the program."""
    uid, gid, signal, parent = (int(one) for one in arguments[:4])
    program = arguments[4:]
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if prctl is not None:  # after setuid, which would undo it
        prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0)
        if os.getppid() != parent:  # it died before the wish was set
            os._exit(1)
    os.execv(program[0], program)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
