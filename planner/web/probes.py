"""The addresses that the operator's probes ask, answered before anything that a page needs."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve

PROBES = "/health/"


class ProbeMiddleware:
    """Answers probes without session, account and language, whatever cookie or host name they come with.

    A probe asks by the address of the machine, which is in nobody's ALLOWED_HOSTS.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PROBES):
            return self.get_response(request)
        try:
            view = resolve(request.path_info)
        except Http404:
            return self.get_response(request)
        response: HttpResponseBase = view.func(request, *view.args, **view.kwargs)
        return response
