"""Users, teams, memberships and invitations."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import zoneinfo
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from planner.arithmetic.workdays import Calendar, countries
from planner.models.history import PresentManager, Recorded


class UserManager(BaseUserManager["User"]):
    """Creates users; they sign in with their email address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=(username or "").strip())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Their memberships decide what they may do."""

    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    digest_hour = models.PositiveSmallIntegerField(
        _("daily digest time"),
        null=True,
        blank=True,
        choices=[(hour, f"{hour:02d}:00") for hour in range(24)],
    )
    channel = models.ForeignKey(
        "planner.Channel",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("notify me by"),
    )
    calendar_secret = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    last_team = models.ForeignKey("planner.Team", models.SET_NULL, null=True, blank=True, related_name="+")
    is_staff = models.BooleanField(_("site admin"), default=False)
    is_active = models.BooleanField(pgettext_lazy("account", "active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_user_per_address",
                violation_error_message=_("This email address already has an account."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)


def check_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is the name of a time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Choose one such as Asia/Shanghai."), params={"name": name}
        )


class Weekday(models.IntegerChoices):
    """ISO weekdays: Monday is 1."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


def default_workdays() -> list[int]:
    """Monday to Friday."""
    return [1, 2, 3, 4, 5]


def _weekdays(value: Any) -> list[int]:
    days = value if isinstance(value, list) else []
    if not days or any(type(day) is not int or day not in Weekday for day in days):
        raise ValidationError(
            _("Workdays are a list of numbers from 1 (Monday) to 7, such as [1, 2, 3, 4, 5].")
        )
    return sorted(set(days))


def _dates(value: Any) -> list[str]:
    try:
        return sorted({dt.date.fromisoformat(day).isoformat() for day in value or []})
    except (TypeError, ValueError):
        raise ValidationError(_('Enter a list of dates, such as ["2026-10-01", "2026-10-02"].')) from None


def _currency(value: str) -> str:
    code = value.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValidationError(_("Enter a currency as three letters, such as CNY or USD."))
    return code


def _country(value: str) -> str:
    code = value.strip().upper()
    if code and code not in dict(countries("en")):
        raise ValidationError(_("Enter a country as two letters, such as CN, or nothing."))
    return code


class Team(models.Model):
    """The tenant: every plan belongs to one team. `revision` is the number of its latest change."""

    name = models.CharField(_("name"), max_length=80)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[check_time_zone])
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    currency = models.CharField(_("currency"), max_length=8, default="CNY")
    workdays = models.JSONField(_("workdays"), default=default_workdays)
    country = models.CharField(_("country"), max_length=2, blank=True)
    holidays = models.JSONField(_("holidays"), default=list, blank=True)
    extra_workdays = models.JSONField(_("make-up workdays"), default=list, blank=True)
    meeting_weekday = models.PositiveSmallIntegerField(
        _("meeting day"), choices=Weekday, default=Weekday.MONDAY
    )
    meeting_hour = models.PositiveSmallIntegerField(_("meeting hour"), default=10)
    meeting_minutes = models.PositiveSmallIntegerField(
        _("meeting length in minutes"), default=60, db_default=60
    )
    plan_share = models.DecimalField(
        _("share of working time for plans"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.7"),
        db_default=Decimal("0.7"),
    )
    digest_hour = models.PositiveSmallIntegerField(_("digest hour"), default=8)
    grace_days = models.PositiveSmallIntegerField(_("days before managers are notified"), default=3)
    gap_threshold = models.DecimalField(
        _("gap increase before managers are notified"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.05"),
    )
    volatility_threshold = models.DecimalField(
        _("sharp change in a metric"), max_digits=4, decimal_places=3, default=Decimal("0.2")
    )
    source_days = models.PositiveSmallIntegerField(
        _("days until sources must be confirmed again"), default=30, db_default=30
    )
    revision = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(grace_days__range=(0, 60)),
                name="grace_days_from_0_to_60",
                violation_error_message=_("Days before managers are notified must be from 0 to 60."),
            ),
            models.CheckConstraint(
                condition=models.Q(source_days__range=(1, 366)),
                name="source_days_from_1_to_366",
                violation_error_message=_("The days for confirming sources must be from 1 to 366."),
            ),
            models.CheckConstraint(
                condition=models.Q(gap_threshold__range=(Decimal("0.001"), Decimal(1))),
                name="gap_threshold_from_0_1_to_100_percent",
                violation_error_message=_("The gap increase must be from 0.1 to 100 per cent of the target."),
            ),
            models.CheckConstraint(
                condition=models.Q(volatility_threshold__range=(Decimal("0.01"), Decimal(1))),
                name="volatility_threshold_from_1_to_100_percent",
                violation_error_message=_("A sharp change must be from 1 to 100 per cent."),
            ),
            models.CheckConstraint(
                condition=models.Q(meeting_weekday__range=(1, 7)),
                name="meeting_weekday_exists",
                violation_error_message=_("Choose a day from Monday to Sunday."),
            ),
            models.CheckConstraint(
                condition=models.Q(meeting_minutes__range=(0, 480)),
                name="meeting_of_at_most_a_day",
                violation_error_message=_("A meeting lasts from 0 to 480 minutes."),
            ),
            models.CheckConstraint(
                condition=models.Q(plan_share__range=(Decimal("0.05"), Decimal(1))),
                name="plan_share_from_5_to_100_percent",
                violation_error_message=_(
                    "The share of working time for plans must be from 5 to 100 per cent."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(meeting_hour__range=(0, 23), digest_hour__range=(0, 23)),
                name="hours_of_the_day",
                violation_error_message=_("Choose an hour from 0 to 23."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what no job and no page of the team could read, whoever saves it, and write the rest in one way."""
        errors = {}
        for name, written in (
            ("workdays", _weekdays),
            ("holidays", _dates),
            ("extra_workdays", _dates),
            ("currency", _currency),
            ("country", _country),
        ):
            try:
                setattr(self, name, written(getattr(self, name)))
            except ValidationError as error:
                errors[name] = error
        if errors:
            raise ValidationError(errors)

    @property
    def calendar(self) -> Calendar:
        """Which days the team works."""
        return Calendar(
            weekdays=self.workdays,
            country=self.country,
            holidays=frozenset(dt.date.fromisoformat(date) for date in self.holidays),
            extra_workdays=frozenset(dt.date.fromisoformat(date) for date in self.extra_workdays),
            language=self.language,
        )

    def today(self, now: dt.datetime | None = None) -> dt.date:
        """The team's local date (at `now`, an aware moment; by default at this one)."""
        return local_day(self.time_zone, now or timezone.now())


def local_day(zone: str, now: dt.datetime) -> dt.date:
    """The date in a time zone at the aware moment `now`."""
    return now.astimezone(zoneinfo.ZoneInfo(zone)).date()


class Role(models.TextChoices):
    """The roles in a team, from the fewest permissions to the most (see planner/access.py)."""

    VIEWER = "viewer", _("Viewer")
    REP = "rep", _("Rep")
    MANAGER = "manager", _("Manager")

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def managers(self) -> MembershipQuerySet:
        """Managers with an account that can sign in."""
        return self.filter(role=Role.MANAGER, user__is_active=True)

    def owners(self) -> MembershipQuerySet:
        """Members who can own a task, a goal or a strategy."""
        return self.exclude(role=Role.VIEWER)


MembershipManager = PresentManager.from_queryset(MembershipQuerySet)


class Membership(Recorded):
    """A person's place in a team, with their role. It can own things before it has an account, and keeps its name in
    the history when it has lost one.
    """

    is_person = True

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships", verbose_name=_("team"))
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="memberships", verbose_name=_("account")
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    job_title = models.CharField(_("job title"), max_length=80, blank=True)
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.REP)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    # Hours a week in regular meetings besides the team's own.
    meeting_hours = models.DecimalField(
        _("other meetings, hours a week"),
        max_digits=4,
        decimal_places=1,
        default=Decimal(0),
        db_default=Decimal(0),
    )

    objects: ClassVar[MembershipManager[Self]] = MembershipManager()

    class Meta(Recorded.Meta):
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "user"],
                condition=models.Q(removed_at=None, user__isnull=False),
                name="one_membership_per_person",
                violation_error_message=_("This person is already in the team."),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["viewer", "rep", "manager"]),
                name="known_role",
                violation_error_message=_("Choose a role: viewer, rep or manager."),
            ),
            models.CheckConstraint(
                condition=models.Q(meeting_hours__range=(0, 60)),
                name="meeting_hours_from_0_to_60",
                violation_error_message=_("Meetings take from 0 to 60 hours a week."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def home(self) -> tuple[int, int | None]:
        return self.team_id, None

    def is_at_least(self, role: Role) -> bool:
        return Role(self.role).rank >= role.rank

    @property
    def beside(self) -> str:
        """What tells it apart from another member of the same name."""
        return self.job_title

    @property
    def is_manager(self) -> bool:
        return self.role == Role.MANAGER


def new_token() -> str:
    """The secret of an invitation's link."""
    return secrets.token_urlsafe(32)


def in_two_weeks() -> dt.datetime:
    """When an invitation that is created now expires."""
    return timezone.now() + dt.timedelta(days=14)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, now: dt.datetime | None = None) -> InvitationQuerySet:
        """Neither used nor withdrawn nor expired."""
        return self.filter(
            accepted_at=None,
            withdrawn_at=None,
            expires_at__gt=now or timezone.now(),
            membership__removed_at=None,
        )


class Invitation(models.Model):
    """A single-use link that gives a membership its account."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("email address"))
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=in_two_weeks)
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.email} → {self.membership_id}"
