"""The ledger of notices that are sent to people, and each person's choice of the kinds they get."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from planner.models.people import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    def waiting(self, now: dt.datetime) -> NoticeQuerySet:
        """Claimed, not being sent, and due for an attempt."""
        return self.filter(state=Notice.State.CLAIMED, taken_at=None, try_at__lte=now)

    def uncertain(self) -> NoticeQuerySet:
        """Those that were not sent, or of which it is unknown whether they were."""
        return self.filter(state__in=[Notice.State.UNKNOWN, Notice.State.FAILED, Notice.State.MISSED])

    def letters(self) -> NoticeQuerySet:
        """Those to an address: about an account or an invitation (planner/notices/letters.py)."""
        return self.exclude(address="")

    def listed(self) -> NoticeQuerySet:
        """The uncertain ones that nobody has dismissed yet."""
        return self.uncertain().filter(set_aside_at=None)


class Notice(models.Model):
    """The one decision about a person, a kind of notice and what it is about.

    A letter about an account or an invitation goes to an `address`, which may be nobody's yet.

    `about` is a short key: the date of a person's hour (2026-11-27), "meeting-12", "review-3/reminder". A row is
    always written when the hour has come or the event has happened, even if nothing is sent. A claimed notice is sent
    by the worker that takes it first; its Message-ID is fixed, so that a mail program can recognise a repetition.
    `taken_at` is set while a worker is sending it: if the worker never reports back, it is unknown whether the notice
    arrived, and it is not sent again automatically.
    """

    class State(models.TextChoices):
        CLAIMED = "claimed", _("To be sent")
        NOTHING = "nothing", _("Nothing to report")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")
        UNKNOWN = "unknown", _("Delivery unknown")
        MISSED = "missed", _("Missed: more than four hours late")

    user = models.ForeignKey(
        User, models.CASCADE, related_name="notices", verbose_name=_("recipient"), null=True, blank=True
    )
    address = models.EmailField(_("email address"), blank=True)
    kind = models.CharField(_("type"), max_length=20)
    about = models.CharField(max_length=60)
    day = models.DateField(_("local date"))
    state = models.CharField(_("status"), max_length=8, choices=State, default=State.CLAIMED)
    message_id = models.CharField(max_length=120, unique=True)
    decided_at = models.DateTimeField(_("checked at"))
    try_at = models.DateTimeField(_("next attempt"))
    taken_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    set_aside_at = models.DateTimeField(_("dismissed at"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "about"],
                name="one_notice_per_person_kind_and_about",
                violation_error_message=_("This person already has this notification."),
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(address=""),
                name="a_notice_is_to_somebody",
                violation_error_message=_("A notification needs a recipient."),
            ),
            models.CheckConstraint(
                condition=~Q(about=""),
                name="a_notice_is_about_something",
                violation_error_message=_("A notification needs what it is about."),
            ),
            models.CheckConstraint(
                condition=Q(state="claimed", ended_at=None)
                | (~Q(state="claimed") & Q(ended_at__isnull=False)),
                name="a_notice_that_ended_says_when",
                violation_error_message=_("A notification that is no longer to be sent needs an end time."),
            ),
        ]
        indexes = [models.Index(fields=["state", "try_at"], name="notice_by_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.about} → {self.user_id}: {self.state}"

    @property
    def recipient(self) -> str:
        """The name of who gets it, or the address of a letter."""
        return self.address or str(self.user)

    @classmethod
    def take(cls, pk: int, now: dt.datetime) -> Notice | None:
        """Take the notice for sending; None when another caller has it, or it is not to be sent (yet)."""
        count = cls.objects.waiting(now).filter(pk=pk).update(taken_at=now, tries=F("tries") + 1)
        return cls.objects.select_related("user__channel").get(pk=pk) if count == 1 else None

    def end(self, state: str, now: dt.datetime, error: str = "") -> None:
        """Record the outcome; only for the caller that has taken it."""
        self.state, self.ended_at, self.taken_at, self.error = state, now, None, error[:300]
        self.save(update_fields=["state", "ended_at", "taken_at", "error"])

    def put_back(self, try_at: dt.datetime, error: str) -> None:
        """Release it for another attempt at `try_at`, because it certainly was not sent."""
        self.taken_at, self.try_at, self.error = None, try_at, error[:300]
        self.save(update_fields=["taken_at", "try_at", "error"])


class NoticeChoice(models.Model):
    """Whether a person wants one kind of notice; without a choice, the default of the kind holds."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notice_choices")
    kind = models.CharField(_("type"), max_length=20)
    wanted = models.BooleanField(_("enabled"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                name="one_choice_per_person_and_kind",
                violation_error_message=_("This person already has a setting for this notification."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}: {self.wanted}"
