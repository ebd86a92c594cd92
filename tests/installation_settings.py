"""The product's settings for an installation under test: as in production, but with the ticks of an impatient clock."""

from planner.settings import *  # noqa: F403  # everything of the product

CELERY_BEAT_SCHEDULE = {
    name: {**entry, "schedule": 1.0}
    for name, entry in CELERY_BEAT_SCHEDULE.items()  # noqa: F405  # by the star above
}
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
