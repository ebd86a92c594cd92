"""Who owns a thing: one of the team's members, or somebody who is not in the team yet, by name in the cell itself."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from planner import access
from planner.arithmetic.names import name_key
from planner.models import Membership, Role
from planner.tables.fields import PickField

# What the browser posts for somebody who is not in the team yet (static/js/fields.js).
NEW = "new:"
LONGEST_NAME = Membership._meta.get_field("name").max_length or 80


class MemberField(PickField):
    """One of the members who can own something. Cleans to a Membership, an unsaved one for a new member by name."""

    def offer_to(self, table: Any) -> None:
        """Set the members of a table's team; who manages the team may name a new one."""
        self.team = table.plan.team
        self.may_add = access.may_manage(table.member)
        self.new_name = ""
        self.offer(lambda: table.members)
        if self.may_add:
            self.widget.attrs["data-new"] = _("Add “%(name)s” as a member") % {"name": "%s"}

    def _choice_pairs(self) -> list[tuple[str, Any]]:
        pairs = super()._choice_pairs()
        return [*pairs, (NEW + self.new_name, self.new_name)] if self.new_name else pairs

    def to_python(self, value: Any) -> Any:
        if not self.may_add or not str(value).startswith(NEW):
            return super().to_python(value)
        name = " ".join(str(value).removeprefix(NEW).split())
        if not name:
            return None
        self.new_name = name  # it stays chosen where the form comes back
        return self._by_name(name) or Membership(team=self.team, name=name, role=Role.REP)

    def _by_name(self, name: str) -> Membership | None:
        """The member who has that name already; ValidationError where several have, or where it is too long."""
        if len(name) > LONGEST_NAME:
            raise ValidationError(
                _("This name is too long: the limit is %(most)d characters.") % {"most": LONGEST_NAME}
            )
        same = [member for member in self._objects() if name_key(member.name) == name_key(name)]
        if len(same) > 1:
            raise ValidationError(
                _("Several members are called “%(name)s”. Choose one from the list.") % {"name": name}
            )
        return same[0] if same else None
