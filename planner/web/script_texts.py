"""The texts that scripts show: one JSON element of every page (templates/base.html), which static/js/app.js reads."""

from django.utils.translation import gettext_lazy as _

SCRIPT_TEXTS = {
    "offline": _("Not saved: no connection. Your entry is kept."),
    "refused": _("Not saved: you don't have permission to change this. Copy your entry if you need it."),
    "missing": _("Not saved: this row has been removed. Your entry is kept here."),
    "broken": _("Not saved: server error. Your entry is kept."),
    "lost": _(
        "You no longer have access to this plan, or it has been removed. Copy your entry if you need it."
    ),
    "busy": _("The server is busy. Trying again…"),
    "stillBusy": _("Not saved: the server is still busy. Your entry is kept: try again in a minute."),
    "signedIn": _("You are signed in again. Your entry is kept: now save it."),
    "signIn": _("Sign in"),
    "again": _("Try again"),
    "undo": _("Undo"),
    "undone": _("Undone."),
    "notUndone": _("Not undone: no connection."),
    "severalNumbers": _("Not pasted: this field takes one number."),
    "newRows": _("New rows have been added."),
    "show": _("Show"),
    "finish": _("Save or cancel the open cell first."),
    "close": _("Close"),
    "noOption": _("No match. Try another part of the name."),
    "severalOptions": _("Several match. Choose one from the list."),
    "noDay": _("This is not a date. Enter one, such as 2026-10-01."),
    "calendar": _("Open the calendar"),
    "paste": _("Paste"),
    "preview": _("Preparing the preview…"),
}
