"""One act makes one thing: a form that comes twice is answered as it was the first time.

Every form that makes something carries a key of its own, made when the form is shown ({% form_key %}, or `renew` in
static/js/app.js). A double click, a slow line, a browser that sends again or a script that tries again send the same
key with the same content: the database takes them once. Other content with the same key (a page gone back to) is
another act, and so is the same content with another key. A request without a key, as a program sends it, is not
compared with others.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext as _

from planner.models.history import Refusal
from planner.models.submissions import Submission
from planner.web.requests import Request

KEY = "form_key"
M = TypeVar("M", bound=models.Model | None)


def new_key() -> str:
    return uuid.uuid4().hex


def once(request: Request, make: Callable[[], M]) -> tuple[M, bool]:
    """What `make` makes of the posted form, and True; if the form was sent before, what it made then, and False.

    The form is remembered in the transaction in which `make` runs: of many at once, one makes and the others wait for
    it. Where `make` returns None or raises, nothing was made, and the form can be sent again.
    """
    if not request.POST.get(KEY):
        return make(), True
    with transaction.atomic():
        submission, is_new = Submission.objects.get_or_create(user=request.user, digest=_digest(request))
        if not is_new:
            return _made_by(submission), False
        thing = make()
        if thing is None:
            submission.delete()
        else:
            submission.model, submission.object_id = thing._meta.label_lower, thing.pk
            submission.save(update_fields=["model", "object_id"])
    return thing, True


def _made_by(submission: Submission) -> Any:
    """What a form has made, even where it was removed since; a Refusal where it was deleted for good."""
    thing = apps.get_model(submission.model)._base_manager.filter(pk=submission.object_id).first()
    if thing is None:
        raise Refusal(_("This form was already sent, and what it added has been removed since."))
    return thing


def _digest(request: Request) -> str:
    """The fingerprint of a form with its key; the token against forgery may differ."""
    fields = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    text = json.dumps([request.get_full_path(), fields], sort_keys=True)
    digest = hashlib.sha256(text.encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(f"{name} {file.name} {file.size}".encode())
            for chunk in file.chunks():  # a file that was mended keeps its name, and often its size
                digest.update(chunk)
    return digest.hexdigest()
