"""Days of leave, as they are typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from planner import access, words
from planner.models import Membership
from planner.tables.fields import DayRangeField, PickField


class LeaveForm(forms.Form):
    """Who is away from when to when; who is no manager enters leave of their own."""

    member = PickField(label=gettext_lazy("Member"), empty_label=gettext_lazy("Choose a member"))
    dates = DayRangeField(label=gettext_lazy("Days of leave"))

    def __init__(self, data: Any = None, *, by: Membership) -> None:
        super().__init__(data, initial={"member": by})
        member: Any = self.fields["member"]
        if access.may_manage(by):
            member.offer(lambda: words.by_name(Membership.objects.owners().filter(team=by.team_id)))
        else:
            member.offer(lambda: [by])
            member.widget = forms.HiddenInput()
