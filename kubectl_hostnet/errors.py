"""What can go wrong for a user, each with what to do about it and the exit code that scripts rely on."""

from __future__ import annotations


class HostnetError(Exception):
    """An expected failure: `message` says what happened, `hint` what to do. Both are one line, shown once.

    `exit_code` is the process's; 1 is never used, for it means findings (design.md, section 4).
    """

    exit_code = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(HostnetError):
    """The command line asks for something that does not exist or does not go together."""

    exit_code = 2


class ClusterError(HostnetError):
    """The cluster, or something in it that was asked for, could not be read."""

    exit_code = 3


class NotFoundError(ClusterError):
    """The named object does not exist (HTTP 404)."""


class ForbiddenError(ClusterError):
    """The cluster knows the user and says no (HTTP 403)."""


class InputError(HostnetError):
    """A file, or standard input, is not what it should be."""

    exit_code = 4
