"""The forms of an import: the file, and how it is to be read."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.arithmetic.days import DateOrder
from planner.readings.imports.headers import FIELDS, Kind
from planner.readings.imports.order_lines import OrderKey
from planner.readings.imports.rates import RateScale
from planner.spreadsheets.limits import LARGEST_FILE, MEGABYTE

LABELS: dict[str, Any] = {
    "month": gettext_lazy("Month"),
    "metric": gettext_lazy("Metric"),
    "value": gettext_lazy("Value"),
    "segment": gettext_lazy("Segment"),
    "region": gettext_lazy("Region"),
    "product_line": gettext_lazy("Product line"),
    "channel": gettext_lazy("Sales channel"),
    "sub_team": gettext_lazy("Sub-team"),
    "unit": gettext_lazy("Unit"),
    "currency": gettext_lazy("Currency"),
    "weight": gettext_lazy("Weight"),
    "source": gettext_lazy("Source"),
    "note": gettext_lazy("Note"),
    "date": gettext_lazy("Order date"),
    "order": gettext_lazy("Order number"),
    "customer": gettext_lazy("Customer"),
    "amount": gettext_lazy("Amount"),
}


RATE_SCALES = [
    (RateScale.PER_CENT.value, gettext_lazy("Percentages: 12 means 12%")),
    (RateScale.FRACTIONS.value, gettext_lazy("Fractions: 0.12 means 12%")),
]


class FileForm(forms.Form):
    """The file itself."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV or XLSX: metric values by month, or order lines. You see a preview before anything is saved."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise ValidationError(
                _("The file is %(size)d MB; the limit is %(most)d MB.")
                % {"size": (file.size or 0) // MEGABYTE, "most": LARGEST_FILE // MEGABYTE}
            )
        return file


class ChoicesForm(forms.Form):
    """The settings that cannot be detected from the file, or were detected wrongly."""

    all_optional = True

    kind = forms.ChoiceField(
        label=gettext_lazy("File content"),
        required=False,
        choices=[
            ("", gettext_lazy("Detect from header")),
            (Kind.READINGS.value, gettext_lazy("Metric values")),
            (Kind.ORDERS.value, gettext_lazy("Order lines")),
        ],
    )
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    date_order = forms.ChoiceField(
        label=gettext_lazy("Date format"),
        required=False,
        choices=[
            ("", gettext_lazy("Detect from column")),
            (DateOrder.MDY.value, gettext_lazy("Month, day, year")),
            (DateOrder.DMY.value, gettext_lazy("Day, month, year")),
        ],
    )
    order_key = forms.ChoiceField(
        label=gettext_lazy("Identify orders by"),
        required=False,
        choices=[
            (OrderKey.NUMBER.value, gettext_lazy("Order number")),
            (OrderKey.WITH_DATE.value, gettext_lazy("Order number and date")),
            (OrderKey.WITH_CUSTOMER.value, gettext_lazy("Order number and customer")),
        ],
    )
    history = forms.ChoiceField(
        label=gettext_lazy("Orders in the file"),
        required=False,
        choices=[
            ("", gettext_lazy("Full order history if this is the first import")),
            ("whole", gettext_lazy("Full order history")),
            ("part", gettext_lazy("Part of the order history")),
        ],
    )
    create_metrics = forms.BooleanField(
        label=gettext_lazy("Add metrics that the team doesn't have yet"), required=False
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
        rates: dict[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if len(sheets) > 1:
            sheet_choices = [("", _("The only sheet with data")), *((name, name) for name in sheets)]
            cast(forms.ChoiceField, self.fields["sheet"]).choices = sheet_choices
        else:
            del self.fields["sheet"]
        if kind == Kind.ORDERS:
            del self.fields["create_metrics"]
        elif kind == Kind.READINGS:
            for name in ("date_order", "order_key", "history"):
                del self.fields[name]
        header_choices = [("", _("None")), *((header, header) for header in dict.fromkeys(headers) if header)]
        self.unknown = dict(enumerate(unknown))
        metric_choices = [("", _("No matching team metric")), *((name, name) for name in metrics)]
        for index, name in self.unknown.items():
            self.fields[f"metric-{index}"] = forms.ChoiceField(
                label=_("Metric for “%(name)s”") % {"name": name},
                required=False,
                choices=metric_choices,
                initial=unknown[name],
            )
        self.rates = dict(enumerate(rates))
        for index, name in self.rates.items():
            self.fields[f"rates-{index}"] = forms.ChoiceField(
                label=_("Rates of “%(name)s”") % {"name": name},
                required=False,
                choices=[("", _("Detect from values")), *RATE_SCALES],
                initial=rates[name],
            )
        questions = [
            *(f"metric-{index}" for index in self.unknown),
            *(f"rates-{index}" for index in self.rates),
        ]
        self.order_fields([*questions, "create_metrics"])
        self.recognised = kind
        self.mapped = list(FIELDS[Kind(kind)]) if kind else []
        for name in self.mapped:
            self.fields[f"map-{name}"] = forms.ChoiceField(
                label=LABELS[name], required=False, choices=header_choices, initial=columns.get(name, "")
            )

    def as_choices(self) -> dict[str, Any]:
        """The choices as an upload keeps them; a field may be set to have no column.

        Columns that were chosen for another kind of file are ignored.
        """
        cleaned = dict(self.cleaned_data)
        metrics = {name: cleaned.pop(f"metric-{index}", "") for index, name in self.unknown.items()}
        rates = {name: cleaned.pop(f"rates-{index}", "") for index, name in self.rates.items()}
        headers = {name: cleaned.pop(f"map-{name}", "") for name in self.mapped}
        mapping = {name: header for name, header in headers.items() if f"map-{name}" in self.data}
        is_other_kind = cleaned.get("kind") not in ("", self.recognised)
        return {
            **cleaned,
            "mapping": {} if is_other_kind else mapping,
            "metrics": metrics,
            "rates": {name: scale for name, scale in rates.items() if scale},
        }
