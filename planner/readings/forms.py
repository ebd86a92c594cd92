"""The forms of an import: the file, and what its owner says about it."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.readings.imports.headers import FIELDS, Kind
from planner.readings.imports.order_lines import OrderKey
from planner.readings.imports.values import DateOrder
from planner.spreadsheets.files import LARGEST_FILE, MEGABYTE

LABELS: dict[str, Any] = {
    "month": gettext_lazy("Month"),
    "metric": gettext_lazy("Metric"),
    "value": gettext_lazy("Value"),
    "segment": gettext_lazy("Segment"),
    "region": gettext_lazy("Region"),
    "product_line": gettext_lazy("Product line"),
    "unit": gettext_lazy("Unit"),
    "weight": gettext_lazy("Weight"),
    "source": gettext_lazy("Source"),
    "note": gettext_lazy("Note"),
    "date": gettext_lazy("Order date"),
    "order": gettext_lazy("Order number"),
    "customer": gettext_lazy("Customer"),
    "amount": gettext_lazy("Amount"),
}


class FileForm(forms.Form):
    """The file itself."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV or XLSX: readings by month, or order lines. Nothing is saved before you have seen it."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise ValidationError(
                _("The file has %(size)d MB; at most %(most)d MB are read.")
                % {"size": (file.size or 0) // MEGABYTE, "most": LARGEST_FILE // MEGABYTE}
            )
        return file


class ChoicesForm(forms.Form):
    """What the file does not say by itself, or says wrongly."""

    all_optional = True

    kind = forms.ChoiceField(
        label=gettext_lazy("The file holds"),
        required=False,
        choices=[
            ("", gettext_lazy("what its header says")),
            (Kind.READINGS.value, gettext_lazy("readings")),
            (Kind.ORDERS.value, gettext_lazy("order lines")),
        ],
    )
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    date_order = forms.ChoiceField(
        label=gettext_lazy("Dates are written"),
        required=False,
        choices=[
            ("", gettext_lazy("as the column shows")),
            (DateOrder.MDY.value, gettext_lazy("month, day, year")),
            (DateOrder.DMY.value, gettext_lazy("day, month, year")),
        ],
    )
    order_key = forms.ChoiceField(
        label=gettext_lazy("Lines are one order if they share"),
        required=False,
        choices=[
            (OrderKey.NUMBER.value, gettext_lazy("the number")),
            (OrderKey.WITH_DATE.value, gettext_lazy("the number and the day")),
            (OrderKey.WITH_CUSTOMER.value, gettext_lazy("the number and the customer")),
        ],
    )
    history = forms.ChoiceField(
        label=gettext_lazy("These orders are"),
        required=False,
        choices=[
            ("", gettext_lazy("the whole history, if they are the first")),
            ("whole", gettext_lazy("the whole history")),
            ("part", gettext_lazy("a part of it")),
        ],
    )
    create_metrics = forms.BooleanField(
        label=gettext_lazy("Make metrics that the team does not have"), required=False
    )

    def __init__(
        self,
        *args: Any,
        kind: str | None,
        metrics: list[str],
        unknown: dict[str, str],
        sheets: list[str],
        headers: list[str],
        columns: dict[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if len(sheets) > 1:
            only = [("", _("the only one with data")), *((name, name) for name in sheets)]
            cast(forms.ChoiceField, self.fields["sheet"]).choices = only
        else:
            del self.fields["sheet"]
        if kind == Kind.ORDERS:
            del self.fields["create_metrics"]
        elif kind == Kind.READINGS:
            for name in ("date_order", "order_key", "history"):
                del self.fields[name]
        names = [("", _("none")), *((header, header) for header in dict.fromkeys(headers) if header)]
        self.unknown = dict(enumerate(unknown))
        names_of_team = [("", _("no metric of the team")), *((name, name) for name in metrics)]
        for at, name in self.unknown.items():
            self.fields[f"metric-{at}"] = forms.ChoiceField(
                label=_("“%(name)s” is") % {"name": name},
                required=False,
                choices=names_of_team,
                initial=unknown[name],
            )
        self.order_fields([*(f"metric-{at}" for at in self.unknown), "create_metrics"])  # the questions first
        self.recognised = kind
        self.mapped = list(FIELDS[Kind(kind)]) if kind else []
        for name in self.mapped:
            self.fields[f"map-{name}"] = forms.ChoiceField(
                label=LABELS[name], required=False, choices=names, initial=columns.get(name, "")
            )

    def said(self) -> dict[str, Any]:
        """The choices as an upload keeps them; a field without a column is said to have none.

        Columns that were chosen for another kind of file say nothing about this one.
        """
        cleaned = dict(self.cleaned_data)
        meant = {name: cleaned.pop(f"metric-{at}", "") for at, name in self.unknown.items()}
        chosen = {name: cleaned.pop(f"map-{name}", "") for name in self.mapped}
        mapping = {name: header for name, header in chosen.items() if f"map-{name}" in self.data}
        is_other = cleaned.get("kind") not in ("", self.recognised)
        return {**cleaned, "mapping": {} if is_other else mapping, "metrics": meant}
