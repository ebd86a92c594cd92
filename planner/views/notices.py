"""Notices: undelivered ones and why, previews of the mails, and unsubscribing."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.db.models import Count, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planner import access, pulses
from planner.jobs import enqueue_notice
from planner.models import Invitation, Membership, Notice, NoticeChoice, Pulse, Role, Team, User
from planner.notices import ledger
from planner.notices.kinds import Content, Kind, Recipient, kinds
from planner.notices.letters import INVITATION, LETTERS
from planner.notices.mail import mail_context, read_token
from planner.web.requests import Request

MOST = 200


@require_GET
def mail(request: Request) -> HttpResponse:
    """For managers and site admins: undelivered notices, and whether the background jobs run."""
    visible, now = _visible(request), timezone.now()
    undelivered = visible.listed()
    count = undelivered.count()
    context = {
        "notices": [
            (notice, kinds().get(notice.kind) or LETTERS.get(notice.kind))
            for notice in undelivered.select_related("user")[:MOST]
        ],
        "count": count,
        "more": max(0, count - MOST),
        "day": _last_day(visible),
        "waiting": visible.waiting(now).aggregate(since=Min("try_at"), count=Count("pk")),
        "last": pulses.last(Pulse.Name.DECISIONS),
        "pulses": pulses.heartbeats(now),
        "kinds": list(kinds().values()),
        "place": "team",
    }
    return render(request, "notices/mail.html", context)


def _last_day(visible: Any) -> dict[str, Any]:
    """The last day on which a digest was decided, and how many of each state there are for it."""
    digests = visible.filter(kind="digest")
    day = digests.order_by("-day").values_list("day", flat=True).first()
    counts = dict(digests.filter(day=day).values_list("state").annotate(Count("pk")).order_by())
    return {
        "day": day,
        "states": [(state.label, counts[state.value]) for state in Notice.State if state.value in counts],
    }


@require_POST
def resend(request: Request, pk: int) -> HttpResponse:
    if not _visible(request).filter(pk=pk).exists():
        raise Http404
    if ledger.resend(pk, timezone.now(), enqueue_notice):
        messages.success(request, _("Sending it again."))
    else:
        messages.error(request, _("Not sent again: it was already sent, or someone else re-sent it."))
    return redirect("team-mail")


@require_POST
def set_aside(request: Request, pk: int | None = None) -> HttpResponse:
    """Take one message, or all of them, off the list. The ledger keeps its row."""
    undelivered = _visible(request).listed()
    if pk is not None and not (undelivered := undelivered.filter(pk=pk)).exists():
        raise Http404
    count = undelivered.update(set_aside_at=timezone.now())
    text = ngettext("Dismissed %(n)d message.", "Dismissed %(n)d messages.", count)
    messages.success(request, text % {"n": count})
    return redirect("team-mail")


@require_GET
def preview(request: Request, kind: str) -> HttpResponse:
    """The mail that a manager would get now, with real data, as a page."""
    membership = access.get_membership(request, may=access.may_manage)
    notice_kind = kinds().get(kind)
    if notice_kind is None:
        raise Http404
    content = _example(notice_kind, request, membership.team)
    if content is None:
        return render(request, "notices/nothing.html", {"kind": notice_kind, "place": "team"})
    html = render_to_string(
        f"notices/email/{notice_kind.template}.html",
        mail_context(notice_kind, content, request.user),
        request=None,
    )
    response = HttpResponse(html)
    # The page is the mail itself, with its one style sheet and nothing else.
    response._csp_replace = {"style-src": [_hash_of_style(html)]}  # type: ignore[attr-defined]  # what django-csp reads
    return response


def _example(kind: Kind, request: Request, team: Team) -> Content | None:
    """The content of the mail for the current user, about the day or the team's last event."""
    now = timezone.now()
    day, about = team.today(now), kind.when.example(team, now)
    seats = kind.when.seats_for(about, day, tuple(access.memberships(request.user)))
    return kind.build(Recipient(request.user, seats, day, about, now)) if about else None


@csrf_exempt  # a mail program posts it, with the secret of the address alone (RFC 8058)
@login_not_required
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    try:
        user_pk, name = read_token(token)
    except signing.BadSignature:
        raise Http404 from None
    user, kind = User.objects.filter(pk=user_pk).first(), kinds().get(name)
    if user is None or kind is None:
        raise Http404
    if request.method == "POST":
        is_wanted = request.POST.get("again") == "1"
        NoticeChoice.objects.update_or_create(user=user, kind=name, defaults={"wanted": is_wanted})
    is_stopped = NoticeChoice.objects.filter(user=user, kind=name, wanted=False).exists()
    return render(
        request, "notices/unsubscribe.html", {"kind": kind, "stopped": is_stopped, "address": user.email}
    )


def _visible(request: Request) -> Any:
    """The rows that somebody may see: of the members of teams they manage, and invitations to these; a site admin all.

    403 for the others. What a member was mailed about their account is nobody else's business.
    """
    if request.user.is_superuser:
        return Notice.objects.all()
    access.get_membership(request, may=access.may_manage)
    managed = Membership.objects.filter(user=request.user, role=Role.MANAGER).values("team")
    members = Q(address="", user__in=Membership.objects.filter(team__in=managed).values("user"))
    invitations = Invitation.objects.filter(membership__team__in=managed)
    about = [f"{INVITATION}{pk}" for pk in invitations.values_list("pk", flat=True)]
    return Notice.objects.filter(members | Q(kind="invitation", about__in=about))


def _hash_of_style(html: str) -> str:
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = hashlib.sha256((style[1] if style else "").encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
