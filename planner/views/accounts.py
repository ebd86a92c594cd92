"""Preferences, and joining a team by invitation. allauth does the rest."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render, resolve_url
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planner import people
from planner.forms.accounts import JoinForm, PreferencesForm
from planner.models import Invitation, User
from planner.views import feeds
from planner.web import limits
from planner.web.requests import Request, post_data

A_YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    response = _redirect_back(request)
    code = request.POST.get("language", "")
    if code in dict(settings.LANGUAGES):
        _remember_language(response, code)
        if request.user.is_authenticated:
            User.objects.filter(pk=request.user.pk).update(language=code)
    return response


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    response = _redirect_back(request)
    chosen = request.POST.get("theme")
    if chosen in ("light", "dark"):
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie("theme", chosen, max_age=A_YEAR, secure=secure, httponly=True, samesite="Lax")
    elif chosen == "":
        response.delete_cookie("theme", samesite="Lax")
    return response


@require_GET
def session(request: Request) -> HttpResponse:
    """For a page that waits for a sign-in: that there is one, with the token that its forms carry from now on."""
    return HttpResponse(status=204, headers={"X-CSRF-Token": get_token(request)})


@require_http_methods(["GET", "POST"])
def preferences(request: Request) -> HttpResponse:
    user = User.objects.get(pk=request.user.pk)
    form = PreferencesForm(post_data(request), instance=user)
    if form.is_valid():
        user.save(update_fields=["name", "language", "digest_hour", "channel"])
        form.save_choices()
        with translation.override(user.language or translation.get_language()):
            messages.success(request, _("Preferences saved."))
        response = redirect("preferences")
        _remember_language(response, user.language)
        return response
    status = 422 if form.errors else 200
    context = {"form": form, "calendar_url": feeds.address(request, user)}
    return render(request, "account/preferences.html", context, status=status)


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    invitation = people.get_invitation(token)
    if not limits.consume(request, "join"):
        return limits.too_many(request)
    if not Invitation.objects.open().filter(pk=invitation.pk).exists():
        return render(
            request, "account/invitation_over.html", {"reason": _closed_reason(invitation)}, status=410
        )
    if request.user.is_authenticated:
        return _join_signed_in(request, invitation)
    if people.account_for(invitation) is not None:
        return render(request, "account/invitation_sign_in.html", {"invitation": invitation})
    return _join_new_user(request, invitation)


def _join_signed_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    user: Any = request.user
    errors: list[str] = []
    if request.method == "POST":
        try:
            people.accept(invitation, user)
        except ValidationError as error:
            errors = error.messages
        else:
            return _welcome(request, invitation)
    present = people.seat_of(user, invitation.membership.team)
    context = {"invitation": invitation, "present": present, "errors": errors}
    return render(request, "account/invitation_join.html", context, status=409 if errors else 200)


def _join_new_user(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    initial = {"name": invitation.membership.name}
    form = JoinForm(post_data(request), initial=initial, email=invitation.email)
    if form.is_valid():
        cookie_language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = cookie_language if cookie_language in dict(settings.LANGUAGES) else ""
        try:
            user = people.join(invitation, **form.cleaned_data, language=language)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            return _welcome(request, invitation)
    context = {"invitation": invitation, "form": form}
    return render(request, "account/invitation_new.html", context, status=422 if form.errors else 200)


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    messages.success(request, _("Welcome to %(team)s.") % {"team": invitation.membership.team.name})
    return redirect("home")


def _closed_reason(invitation: Invitation) -> str:
    if invitation.accepted_at:
        return _("This invitation has already been used. If you used it yourself, sign in.")
    if invitation.withdrawn_at or invitation.membership.removed_at:
        return _("This invitation was withdrawn. Ask a team manager for a new one.")
    return _("This invitation has expired. Ask a team manager for a new one.")


def _redirect_back(request: HttpRequest) -> HttpResponse:
    """Redirect to the previous page, if it is on this site; else home."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = resolve_url("home")
    return HttpResponseRedirect(target)


def _remember_language(response: HttpResponse, code: str) -> None:
    """Set the language cookie, or delete it, so that the browser's language counts."""
    shared: dict[str, Any] = {
        "path": settings.LANGUAGE_COOKIE_PATH,
        "domain": settings.LANGUAGE_COOKIE_DOMAIN,
    }
    if not code:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, **shared, samesite="Lax")
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        **shared,
        max_age=A_YEAR,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
