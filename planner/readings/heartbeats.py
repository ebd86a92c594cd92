"""The signs of life of a worker while it is at something long."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)

# How often a worker gives a sign of life, in seconds.
EVERY = 5


@contextmanager
def beating(beat: Callable[[], None]) -> Iterator[None]:
    """Call `beat` every few seconds during the block, in a thread with a connection of its own.

    A beat that fails is left out, since the work itself finds out what is wrong.
    """
    ended = Event()
    thread = Thread(target=_beat_until, args=(ended, beat), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(EVERY)


def _beat_until(ended: Event, beat: Callable[[], None]) -> None:
    try:
        while not ended.wait(EVERY):
            try:
                beat()
            except DatabaseError as error:
                logger.warning("No sign of life: %s", error)
    finally:
        connection.close()
