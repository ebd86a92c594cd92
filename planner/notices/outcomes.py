"""The ways in which sending a message can fail."""

from __future__ import annotations


class Refused(Exception):
    """The message was refused for good."""


class NotNow(Exception):
    """The message certainly was not sent; a later attempt may succeed."""


class Unclear(Exception):
    """It is unknown whether the message arrived."""
