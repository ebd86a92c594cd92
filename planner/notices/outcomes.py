"""What can become of a message that was handed to somebody, besides that it was taken."""

from __future__ import annotations


class Refused(Exception):
    """It will never be taken."""


class NotNow(Exception):
    """It certainly did not go out; it may a little later."""


class Unclear(Exception):
    """Nobody knows whether it arrived."""
