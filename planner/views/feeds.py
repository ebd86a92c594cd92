"""The calendar feed and its secret address."""

from __future__ import annotations

import logging
import secrets

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from planner import access
from planner.models import Membership, User
from planner.notices.feeds import calendar_of
from planner.stages import Work, stages
from planner.web.requests import Request
from planner.web.submissions import once

logger = logging.getLogger(__name__)


@login_not_required
@require_GET
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """A person's feed, for whoever has its address."""
    user = User.objects.filter(calendar_secret=secret, is_active=True).first() if secret else None
    if user is None:
        raise Http404
    seats = list(access.memberships(user))
    with translation.override(user.language or (seats[0].team.language if seats else None)):
        work = [item for seat in seats for item in _open_work(seat)]
        feed = calendar_of(seats, work, timezone.now())
    return HttpResponse(feed, content_type="text/calendar; charset=utf-8")


def _open_work(seat: Membership) -> list[Work]:
    """What a person has to do in one team; nothing where its clock cannot be read, which is no matter of the others."""
    try:
        return [item for stage in stages() for item in stage.open_work([seat], None)]
    except (KeyError, ValueError):
        logger.exception("The work in team %s cannot be told.", seat.team_id)
        return []


@require_POST
def choose(request: Request) -> HttpResponse:
    """Make a new address, which ends the old one, or turn the feed off."""
    is_wanted = request.POST.get("calendar") == "new"

    def renew() -> User:
        secret = secrets.token_urlsafe(32) if is_wanted else ""
        User.objects.filter(pk=request.user.pk).update(calendar_secret=secret)
        return request.user

    once(request, renew)
    messages.success(
        request, _("Calendar link created. Copy it below.") if is_wanted else _("Calendar link turned off.")
    )
    return redirect("preferences")


def address(request: HttpRequest, user: User) -> str:
    """Where the person's feed is; "" while there is none."""
    if not user.calendar_secret:
        return ""
    return request.build_absolute_uri(reverse("calendar", args=[user.calendar_secret]))
