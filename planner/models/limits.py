"""The table in which the limits of attempts are counted, for all processes of the web server."""

from __future__ import annotations

from django.db import models


class LimitEntry(models.Model):
    """One entry of the cache of the limits: the columns are those that Django's database cache reads and writes."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
