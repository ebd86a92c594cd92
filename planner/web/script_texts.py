"""The words that scripts show: one JSON element of every page (templates/base.html), which static/js/app.js reads."""

from django.utils.translation import gettext_lazy as _

SCRIPT_TEXTS = {
    "offline": _("Not saved: no connection. What you typed is kept."),
    "refused": _("Not saved: you may not change this. Copy what you typed if you need it."),
    "missing": _("Not saved: this row was removed meanwhile. What you typed is kept here."),
    "broken": _("Not saved: something went wrong on the server. What you typed is kept."),
    "signedOut": _(
        "You are signed out. What you typed is kept: sign in again in another tab, then try again."
    ),
    "signIn": _("Sign in"),
    "again": _("Try again"),
    "undo": _("Undo"),
    "undone": _("Undone."),
    "notUndone": _("Not undone: no connection."),
    "newRows": _("There are new rows."),
    "show": _("Show"),
    "finish": _("Save or cancel the open cell first."),
    "close": _("Close"),
}
