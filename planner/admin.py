"""The site admin under /admin/: accounts, teams and memberships. Site admins get no rights in a team by it."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from planner import changes, people
from planner.models import Membership, Role, Team, User

# One door: the sign-in of everybody, with its limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name"]
        field_classes = {"email": forms.EmailField}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()


class UserForm(UserChangeForm):
    class Meta:
        model = User
        fields = ["email", "name", "language", "is_active", "is_staff", "is_superuser"]
        field_classes = {"email": forms.EmailField}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()

    def clean_is_active(self) -> bool:
        is_active: bool = self.cleaned_data["is_active"]
        if not is_active:
            people.keep_managers(self.instance.memberships.all())
        return is_active


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    form = UserForm
    add_form = NewUserForm
    ordering = ["email"]
    list_display = ["email", "name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "language"]}),
        (_("Permissions"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Accounts that a team cannot do without are protected, on the page of one as in the list of many."""
        to_delete, counts, needed, protected = super().get_deleted_objects(objs, request)
        try:
            people.keep_managers(Membership.objects.filter(user__in=objs))
        except ValidationError as error:
            protected = [*protected, *error.messages]
        return to_delete, counts, needed, protected


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    list_display = ["name", "time_zone", "language", "currency"]
    search_fields = ["name"]

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        """A change as on the team's page: nothing but the fields that were changed."""
        if change:
            people.change_settings(obj, form.changed_data)
        else:
            super().save_model(request, obj, form, change)


class MembershipForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        """One seat a person: Django does not check constraints with an excluded field, such as the read-only team."""
        cleaned = super().clean() or self.cleaned_data
        others = Membership.objects.filter(team=self.instance.team_id).exclude(pk=self.instance.pk)
        if self.instance.pk and cleaned.get("user") and others.filter(user=cleaned["user"]).exists():
            self.add_error("user", _("This person is already in the team."))
        user = cleaned.get("user")
        stays = cleaned.get("role") == Role.MANAGER and user is not None and user.is_active
        if self.instance.pk and not stays:
            people.keep_managers([self.instance])
        return cleaned


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    """Memberships are saved through the log of changes, and cannot be removed here."""

    form = MembershipForm
    list_display = ["name", "team", "role", "user"]
    list_filter = ["role"]
    list_select_related = ["team", "user"]
    search_fields = ["name", "user__email", "team__name"]
    autocomplete_fields = ["team", "user"]

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        with changes.recording(obj.team, by=request.user) as log:  # type: ignore[arg-type]  # staff are signed in
            log.save(obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        return ["team"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return False
