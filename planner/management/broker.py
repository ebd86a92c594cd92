"""The broker for one machine: jobs travel as files. Here a damaged file, such as a full disk leaves, stops nobody.

What a job is to do stands in the database, and the ticks of beat hand it out again: a message may be lost.
"""

from __future__ import annotations

import logging
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Leaves damaged files out, and writes none that somebody could read before it is complete."""

    def get_table(self, exchange: str) -> list[Any]:
        """The queues of an exchange; where its file is damaged, the queue of the same name, as ours are."""
        try:
            return list(super().get_table(exchange))
        except (ValueError, TypeError):
            self._discard(exchange)
            return [filesystem.exchange_queue_t(exchange, "", exchange)]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        try:
            super()._queue_bind(exchange, routing_key, pattern, queue)
        except (ValueError, TypeError):
            self._discard(exchange)
            super()._queue_bind(exchange, routing_key, pattern, queue)

    def _delete(self, queue: str, exchange: str, *rest: Any, **named: Any) -> None:
        try:
            super()._delete(queue, exchange, *rest, **named)
        except (ValueError, TypeError):
            self._discard(exchange)

    def _discard(self, exchange: str) -> None:
        logger.warning("The broker's file for %s was damaged and is made anew", exchange)
        Path(self._exchange_file(exchange)).unlink(missing_ok=True)

    def _put(self, queue: str, payload: Any, **named: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        path = Path(self.data_folder_out) / name
        unfinished = path.with_name(f"{name}.part")
        try:
            unfinished.write_text(dumps(payload))
            unfinished.rename(path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise ChannelError(f"Cannot add a message to {self.data_folder_out}: {error.strerror}") from error

    def _get(self, queue: str, timeout: Any = None) -> Any:
        """The next message of a queue; raises Empty where there is none."""
        while True:
            try:
                message = super()._get(queue)
            except ValueError:
                message = None
            if isinstance(message, dict) and {"body", "properties"} <= message.keys():
                return message
            logger.warning("A damaged message in the queue %s was thrown away", queue)


class Transport(filesystem.Transport):
    Channel = Channel


def make_folders(*, anew: bool) -> None:
    """Create the folders of this broker; does nothing where Redis is the broker.

    `anew` throws away what is in them, for a start of all workers: whatever is damaged there would outlive it.
    """
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    for name in ("data_folder_in", "control_folder", "processed_folder"):
        if name in options:
            folder = Path(options[name])
            folder.mkdir(parents=True, exist_ok=True)
            for entry in folder.iterdir() if anew else ():
                entry.unlink(missing_ok=True)
