"""The forms of the team page: members, invitations, and how the team works."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from decimal import Decimal
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner import words
from planner.arithmetic.workdays import countries
from planner.models import Membership, Team
from planner.models.people import Weekday
from planner.tables.fields import DayField, PickField, QuantityField
from planner.web.requests import with_value

HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


@cache
def _time_zones() -> list[tuple[str, str]]:
    """The places of the world, without the old names that only machines use."""
    places = {name for name in zoneinfo.available_timezones() if "/" in name}
    zones = {name for name in places if not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))}
    return [(name, name) for name in ["UTC", *sorted(zones)]]


class MemberForm(forms.ModelForm):
    """A member; `version` is the one on the page, so that no change of another person is lost."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Membership
        fields = ["name", "job_title", "role", "first_day", "meeting_hours"]
        field_classes = {"first_day": DayField}
        widgets = {"first_day": DayField.widget}
        help_texts = {
            "first_day": gettext_lazy("Plans count on this person from this day on. Leave empty for always."),
            "meeting_hours": gettext_lazy(
                "Regular meetings besides the team's weekly meeting. They are taken off the capacity for plans."
            ),
            "role": gettext_lazy(
                "Viewers can read. Reps can also update their own tasks. Managers can edit everything."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting_hours"].required = False
        self.initial["version"] = self.instance.version

    def clean_meeting_hours(self) -> Decimal:
        """None where the field was cleared; what it was where it was not sent."""
        hours = self.cleaned_data["meeting_hours"]
        return (
            Decimal(0)
            if hours is None and "meeting_hours" in self.data
            else hours or self.instance.meeting_hours
        )

    def show_version(self, version: int) -> None:
        """Show the form that was refused again, as one of the member as it is now."""
        self.data = with_value(self.data, "version", version)

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, by field of the membership."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class InviteForm(forms.Form):
    """The address that an invitation goes to."""

    email = forms.EmailField(
        label=gettext_lazy("Email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class SuccessorForm(forms.Form):
    """Who takes over the open work of somebody who leaves."""

    successor = PickField(
        label=gettext_lazy("Who takes over the open work?"),
        empty_label=gettext_lazy("No one for now"),
        required=False,
    )

    def __init__(self, *args: Any, leaver: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["successor"]
        others = words.by_name(Membership.objects.owners().filter(team=leaver.team_id).exclude(pk=leaver.pk))
        field.offer(lambda: others)


class HolidaysField(forms.CharField):
    """Days on which nobody works: a list of ISO dates, typed one a line."""

    widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        days, errors = set(), []
        for number, line in enumerate((super().to_python(value) or "").splitlines(), start=1):
            if text := line.strip():
                try:
                    days.add(_iso_date(text))
                except ValueError:
                    errors.append(
                        _("Line %(line)s: “%(text)s” is not a date. Enter it as 2026-10-01.")
                        % {"line": number, "text": text}
                    )
        if errors:
            raise ValidationError(errors)
        return sorted(days)


class ShareField(QuantityField):
    """A share of something, typed in per cent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = True


class SettingsForm(forms.ModelForm):
    """How a team works: what its days, hours and money are.

    Every field carries the value shown: only changed fields are saved, and conflicts are found.
    """

    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=_time_zones)
    workdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Workdays"),
        choices=Weekday.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one workday.")},
    )
    holidays = HolidaysField(
        label=gettext_lazy("Holidays"),
        required=False,
        help_text=gettext_lazy("One date per line, such as 2026-10-01. No reminders are sent on these days."),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"),
        required=False,
        help_text=gettext_lazy("Public holidays count as days off, make-up workdays as workdays."),
    )
    extra_workdays = HolidaysField(
        label=gettext_lazy("Make-up workdays"),
        required=False,
        help_text=gettext_lazy("Workdays that the calendar shows as days off, one date per line."),
    )
    meeting_hour = forms.TypedChoiceField(label=gettext_lazy("Meeting time"), choices=HOURS, coerce=int)
    digest_hour = forms.TypedChoiceField(
        label=gettext_lazy("Digest time"),
        choices=HOURS,
        coerce=int,
        help_text=gettext_lazy("When the daily digest is sent, in the team's time zone."),
    )

    plan_share = ShareField(
        label=gettext_lazy("Working time for plans"),
        help_text=gettext_lazy(
            "The share of everybody's time without meetings and leave that plans may use, such as 70%."
        ),
    )

    gap_threshold = ShareField(
        label=gettext_lazy("Notify managers when a gap grows by"),
        help_text=gettext_lazy("Percentage of the target, such as 5%, measured from the smallest gap."),
    )

    volatility_threshold = ShareField(
        label=gettext_lazy("Flag metric changes above"),
        help_text=gettext_lazy(
            "Change against the previous month, such as 20%; with two years of history, "
            "against the same month last year."
        ),
    )

    class Meta:
        model = Team
        fields = [
            "name",
            "time_zone",
            "language",
            "currency",
            "country",
            "workdays",
            "holidays",
            "extra_workdays",
            "meeting_weekday",
            "meeting_hour",
            "meeting_minutes",
            "plan_share",
            "digest_hour",
            "grace_days",
            "gap_threshold",
            "volatility_threshold",
            "source_days",
        ]
        help_texts = {
            "grace_days": gettext_lazy(
                "Managers are notified when an open task is more than this many days overdue."
            ),
            "source_days": gettext_lazy(
                "A source of metric values that nobody has confirmed as complete for this many days shows in plan "
                "health."
            ),
            "language": gettext_lazy("For emails to people who haven't chosen a language."),
            "currency": gettext_lazy("Three letters, such as CNY or USD. Existing values are not converted."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.instance.time_zone
        field: Any = self.fields["time_zone"]
        if zone not in dict(field.choices):
            field.choices = [(zone, zone), *field.choices]
        country: Any = self.fields["country"]
        country.choices = [("", _("None: only the dates entered here")), *countries(words.language())]
        for field in self.fields.values():
            field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for name in self.changed_data:
            field, shown_value = self[name], self._shown_value(name)
            if shown_value is not None and field.field.has_changed(field.initial, shown_value):
                self.add_error(
                    name, _("Someone changed this while you were editing. Save again to keep your version.")
                )
                self._set_shown_value(name, field.initial)
        return values

    def _shown_value(self, name: str) -> Any:
        """What the page showed, as the browser sent it back; None where it did not."""
        input_name: Any = self[name].html_initial_name
        if input_name not in self.data:
            return None
        widget: Any = self[name].field.hidden_widget()
        return widget.value_from_datadict(self.data, {}, input_name)

    def _set_shown_value(self, name: str, value: Any) -> None:
        """Let the next page carry the value that is saved now."""
        field = self[name].field
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, once it was sent
        prepared = field.prepare_value(value)
        data.setlist(self[name].html_initial_name, prepared if isinstance(prepared, list) else [prepared])
        self.data = data


def _iso_date(text: str) -> str:
    """The date in the form that is stored; ValueError for any other way of writing it."""
    return dt.datetime.strptime(text, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007  # a day has no zone
