"""The buttons in Table 2 that make a strategy of a key action."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planner.arithmetic.items import circled
from planner.models import Plan
from planner.tables import cells
from strategies.models import KeyAction


def strategy_buttons(plan: Plan, actions: Sequence[KeyAction]) -> SafeString | str:
    """One button for each key action without a strategy, named by its number; "" where there are none."""
    buttons = [
        cells.button(
            reverse("strategy-from-action", args=[plan.pk, action.pk]),
            circled(number) if len(actions) > 1 else _("Make a strategy"),
            _("Make a strategy of “%(text)s”") % {"text": action.text},
        )
        for number, action in enumerate(actions, start=1)
        if action.strategy is None or action.strategy.removed_at
    ]
    if not buttons:
        return ""
    label = f"{_('Make a strategy of')} " if len(actions) > 1 else ""
    return format_html('<small class="other muted">{}{}</small>', label, cells.joined(buttons))
