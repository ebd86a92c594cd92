"""The forms around signing in: allauth's with our labels (settings.ACCOUNT_FORMS), and our own."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planner import access, words
from planner.models import Channel, NoticeChoice, User
from planner.notices.listeners import offered_kinds
from planner.web import limits

EMAIL = gettext_lazy("Email address")
PASSWORD = gettext_lazy("Password")
CURRENT = gettext_lazy("Current password")
NEW = gettext_lazy("New password")
AGAIN = gettext_lazy("Confirm password")
RULE = gettext_lazy(
    "At least 8 characters. Don't use a common password or one similar to your email address."
)


def _set_labels(form: forms.BaseForm, labels: dict[str, Any]) -> None:
    """Our labels, and none of allauth's placeholders, which repeat them in grey."""
    for name, label in labels.items():
        field = form.fields[name]
        field.label = label
        field.help_text = RULE if name == "password1" else ""
        field.widget.attrs.pop("placeholder", None)


class LoginForm(allauth.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_labels(self, {"login": EMAIL, "password": PASSWORD})


class ResetPasswordForm(allauth.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_labels(self, {"email": EMAIL})

    def save(self, request: Any, **kwargs: Any) -> str:
        """Mail the link, to one address only so often: whoever asks then is answered alike, and has one already."""
        email: str = self.cleaned_data["email"]
        if limits.consume(request, "reset_password_mail", email.casefold()):
            super().save(request, **kwargs)
        return email


class ResetPasswordKeyForm(allauth.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_labels(self, {"password1": NEW, "password2": AGAIN})


class ChangePasswordForm(allauth.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_labels(self, {"oldpassword": CURRENT, "password1": NEW, "password2": AGAIN})


class SetPasswordForm(allauth.SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_labels(self, {"password1": NEW, "password2": AGAIN})


class ReauthenticateForm(allauth.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_labels(self, {"password": PASSWORD})


class AddEmailForm(allauth.AddEmailForm):
    """The address that somebody wants to sign in with instead."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_labels(self, {"email": gettext_lazy("New email address")})

    def clean_email(self) -> str:
        email: str = super().clean_email()
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(_("Another account already uses this address."))
        return email

    def save(self, request: Any) -> Any:
        """allauth drops an unconfirmed address for a newer one; the one somebody signs in with must stay."""
        current, _made = EmailAddress.objects.get_or_create(user=self.user, email=self.user.email)
        if not current.verified:
            EmailAddress.objects.filter(email=current.email).exclude(pk=current.pk).update(verified=False)
            EmailAddress.objects.filter(pk=current.pk).update(verified=True, primary=True)
        return super().save(request)


class JoinForm(forms.Form):
    """The name and the password of somebody new."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=PASSWORD,
        strip=False,
        help_text=RULE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if password := values.get("password"):
            try:
                password_validation.validate_password(
                    password, User(email=self.email, name=values.get("name", ""))
                )
            except ValidationError as error:
                self.add_error("password", error)
        return values


class PreferencesForm(forms.ModelForm):
    """What a person chose for themselves, in whatever team."""

    class Meta:
        model = User
        fields = ["name", "language", "digest_hour", "channel"]
        help_texts = {
            "name": gettext_lazy("Shown in activity and emails. Managers set your name in each team."),
            "language": gettext_lazy("For pages and emails to you."),
            "digest_hour": gettext_lazy("In your first team's time zone, on its workdays."),
            "channel": gettext_lazy("Everyone in a channel can read its messages. Managers add channels."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["language"]
        field.choices = [("", gettext_lazy("Browser default")), *settings.LANGUAGES]
        hour: Any = self.fields["digest_hour"]
        hour.choices = [("", gettext_lazy("Team default")), *((n, f"{n:02d}:00") for n in range(24))]
        channel: Any = self.fields["channel"]
        channel.empty_label = _("Email to %(address)s") % {"address": self.instance.email}
        channel.queryset = Channel.objects.filter(
            team__memberships__in=access.memberships(self.instance)
        ).distinct()
        self.kinds = offered_kinds(tuple(access.memberships(self.instance)))
        choices = dict(self.instance.notice_choices.values_list("kind", "wanted"))
        self.fields["kinds"] = forms.MultipleChoiceField(
            label=gettext_lazy("Email me about"),
            choices=[(kind.name, words.labelled(kind.label, kind.description)) for kind in self.kinds],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            initial=[kind.name for kind in self.kinds if choices.get(kind.name, kind.is_on)],
        )

    def save_choices(self) -> None:
        """Write down which kinds are wanted; a kind that was not offered stays as it is."""
        for kind in self.kinds:
            NoticeChoice.objects.update_or_create(
                user=self.instance,
                kind=kind.name,
                defaults={"wanted": kind.name in self.cleaned_data["kinds"]},
            )
