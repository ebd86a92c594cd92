"""The form of a channel: its address is typed once, and never shown again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner.models import Channel
from planner.notices.channels.addresses import AddressError, recognise


class ChannelForm(forms.ModelForm):
    """A new channel of a team; the service is recognised from the address."""

    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=1000,
        help_text=gettext_lazy(
            "The webhook or robot address from your chat app (Feishu, Lark, DingTalk, WeCom, "
            "Slack or Teams), or your own webhook, which receives JSON. Keep it secret; it "
            "is not shown again."
        ),
        widget=forms.TextInput(
            attrs={"placeholder": "https://…", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    signing_secret = forms.CharField(
        label=gettext_lazy("Signing secret"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Only for DingTalk robots that require a signature. Starts with SEC."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = Channel
        fields = ["name"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if address := values.get("address"):
            try:
                recognised = recognise(address, values.get("signing_secret", ""))
            except AddressError as error:
                self.add_error("address", ValidationError(str(error)))
            else:
                self.instance.service, self.instance.target = recognised.service, recognised.target
        return values

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Channel.objects.filter(team=self.instance.team, name=name).exists():
            raise ValidationError(_("The team already has a channel with this name."))
        return name
