"""Where a notice goes, and about which teams it speaks there: in a team's channel about that team alone.

Who reads a channel is in its team, and need not be in the person's others. What concerns these goes by mail: a notice
of its own in the ledger, so that each of the two is sent once and has its own outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from planner.models import Channel, Membership, Notice
from planner.notices.kinds import Kind
from planner.notices.ledger import claim_beside
from planner.notices.occasions import Seats

# The `about` of the second notice ends with this and the id of the team that the first speaks about.
WITHOUT = "/without-team-"


@dataclass(frozen=True, slots=True)
class Route:
    """What a notice is about, for which of the person's seats it speaks, and into which channel; None for a mail."""

    about: str
    seats: Seats
    channel: Channel | None


def route_of(notice: Notice, kind: Kind) -> Route:
    """The route of a notice now: a channel counts only for who is in its team."""
    about, _without, left_out = notice.about.partition(WITHOUT)
    seats = _seats(notice, kind, about)
    if left_out:
        return Route(about, tuple(seat for seat in seats if str(seat.team_id) != left_out), None)
    user: Any = notice.user  # letters to an address alone take no route
    channel = user.channel
    of_channel = tuple(seat for seat in seats if channel and seat.team_id == channel.team_id)
    return Route(about, of_channel, channel) if of_channel else Route(about, seats, None)


def claim_rest(notice: Notice, kind: Kind) -> int | None:
    """Claim the notice by mail for the teams that this one's channel is not for; its id, None without such teams."""
    route = route_of(notice, kind)
    if route.channel is None:
        return None
    others = [seat for seat in _seats(notice, kind, route.about) if seat not in route.seats]
    if not others or not kind.is_meant_for(tuple(others)):
        return None
    return claim_beside(notice, f"{notice.about}{WITHOUT}{route.channel.team_id}")


def _seats(notice: Notice, kind: Kind, about: str) -> Seats:
    seats = tuple(Membership.objects.filter(user=notice.user_id).select_related("team").order_by("pk"))
    return kind.when.seats_for(about, notice.day, seats)
