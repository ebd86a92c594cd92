"""What scripts are told that a page would show: why a request was refused, and where it goes on.

A script's request carries HX-Request, and as SIGNED_IN_AS the person for whom its page was made. A form that a page
sends by script (static/js/app.js) carries WHOLE_FORM instead: its views answer as without script, and a redirect is
named rather than followed, so that the page stays as it is until the form is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as csrf_page
from django_htmx.middleware import HtmxDetails

WHOLE_FORM, SIGNED_IN_AS = "X-Whole-Form", "X-Signed-In-As"


def is_from_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers or WHOLE_FORM in request.headers


class SignInMiddleware(LoginRequiredMiddleware):
    """Lets nobody in who is not signed in: a page leads to the sign-in page, a script is told why and where.

    A page that was made for somebody else than who is signed in now is told so too: it saves nothing in their name.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        refusal = super().process_view(request, view_func, view_args, view_kwargs)
        return refusal or _someone_else(request)

    def handle_no_permission(  # type: ignore[override]  # the base class only knows redirects
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        if is_from_script(request):
            text = _("You have been signed out. Your entry is kept: sign in, then save it.")
            return _refuse(text, resolve_url(self.get_login_url(view_func)), request)
        return super().handle_no_permission(request, view_func)


def _someone_else(request: HttpRequest) -> HttpResponse | None:
    """The refusal of a page that belongs to another account than the one that is signed in."""
    page_of = request.headers.get(SIGNED_IN_AS, "")
    user: Any = request.user
    if not page_of or not user.is_authenticated or page_of == str(user.pk):
        return None
    text = _(
        "This browser is now signed in as %(name)s. Your entry is kept: switch the account, then save it."
    )
    return _refuse(text % {"name": user}, reverse("account_logout"), request)


def _refuse(text: str, address: str, request: HttpRequest) -> HttpResponse:
    page = HtmxDetails(request).current_url_abs_path
    address = f"{address}?{urlencode({'next': page})}" if page else address
    return HttpResponse(text, status=401, content_type="text/plain", headers={"X-Sign-In": address})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Every sign-in changes the token against forgery: a script of ours gets the new one, and sends again.

    No other site can read the answer, nor send the header by which a script is known.
    """
    if is_from_script(request):
        return HttpResponse(status=403, headers={"X-CSRF-Token": get_token(request)})
    return csrf_page(request, reason)


class WholeFormMiddleware:
    """Lets a script that sent a whole form go where a redirect leads: it would be followed unseen otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if WHOLE_FORM in request.headers and "Location" in response.headers:
            response.status_code = 204
        return response
