"""The chat rooms of a team, to which notices can go instead of email."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from planner.models.people import Team, User


class Channel(models.Model):
    """A chat room or webhook of a team, which its members may choose instead of email. `target` is a secret."""

    class Service(models.TextChoices):
        FEISHU = "feishu", _("Feishu")
        LARK = "lark", "Lark"
        DINGTALK = "dingtalk", _("DingTalk")
        WECOM = "wecom", _("WeCom")
        SLACK = "slack", "Slack"
        TEAMS = "teams", "Microsoft Teams"
        WEBHOOK = "webhook", _("Webhook")

    team = models.ForeignKey(Team, models.CASCADE, related_name="channels", verbose_name=_("team"))
    name = models.CharField(_("name"), max_length=60)
    service = models.CharField(_("service"), max_length=8, choices=Service)
    target = models.TextField(editable=False)
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "name"],
                name="one_channel_per_name",
                violation_error_message=_("The team already has a channel with this name."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_service_display()})"

    def __repr__(self) -> str:
        return f"<Channel {self.pk}>"
