"""The channels of a team: managers add, try and remove them; members choose one in their preferences."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from planner import access, words
from planner.forms.channels import ChannelForm
from planner.models import Channel, User
from planner.models.history import ChangedMeanwhile
from planner.notices.channels.post import deliver
from planner.notices.outcomes import NotNow, Refused, Unclear
from planner.web.requests import Request, post_data, shown_to, status_of
from planner.web.submissions import once


@sensitive_post_parameters("address", "signing_secret")
@require_http_methods(["GET", "POST"])
def channels(request: Request) -> HttpResponse:
    membership = access.get_membership(request, may=access.may_manage)
    form = ChannelForm(post_data(request), instance=Channel(team=membership.team, added_by=membership.user))
    channel, _is_new = once(request, lambda: form.save() if form.is_valid() else None)
    if channel is not None:
        messages.success(
            request, _("Added “%(name)s”. Send a test message to check it.") % {"name": channel.name}
        )
        return redirect("team-channels")
    used = dict(
        User.objects.filter(channel__team=membership.team)
        .values_list("channel")
        .annotate(Count("pk"))
        .order_by()
    )
    rows = [
        (channel, used.get(channel.pk, 0))
        for channel in words.by_name(membership.team.channels.select_related("added_by"))
    ]
    context = {"form": form, "channels": rows, "place": "team"}
    return render(request, "team/channels.html", context, status=status_of(form))


@require_POST
def test(request: Request, pk: int) -> HttpResponse:
    """Send a test message now, and show the outcome."""
    channel = _get(request, pk)
    title = _("Strategy planner: test message")
    body = _("%(name)s sent this message to test the channel. It works.") % {"name": request.user}
    try:
        deliver(channel, title, body)
    except (Refused, NotNow, Unclear) as error:
        messages.error(request, _("“%(name)s”: %(error)s") % {"name": channel.name, "error": error})
    else:
        messages.success(request, _("Test message sent to “%(name)s”.") % {"name": channel.name})
    return redirect("team-channels")


@require_POST
def remove(request: Request, pk: int) -> HttpResponse:
    """Remove a channel; members who used it get mails again."""
    channel, shown = _get(request, pk), shown_to(request)
    used = User.objects.filter(channel=channel).count()
    if shown is not None and used > shown:
        sentence = ngettext(
            "%(n)d member uses “%(name)s” now, more than when you opened this page.",
            "%(n)d members use “%(name)s” now, more than when you opened this page.",
            used,
        )
        raise ChangedMeanwhile(sentence % {"n": used, "name": channel.name}, used)
    Channel.objects.filter(pk=channel.pk).delete()
    messages.success(
        request, _("Removed “%(name)s”. Members who used it now get emails.") % {"name": channel.name}
    )
    return redirect("team-channels")


def _get(request: Request, pk: int) -> Channel:
    membership = access.get_membership(request, may=access.may_manage)
    return get_object_or_404(Channel, team=membership.team, pk=pk)
