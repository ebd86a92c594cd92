"""The models of the shared core: people, plans, metrics and readings, bottlenecks, goals, notices and history."""

from planner.models.bottlenecks import Bottleneck, CauseView
from planner.models.channels import Channel
from planner.models.goals import Goal
from planner.models.history import Change, Recorded
from planner.models.imports import Import, Upload
from planner.models.leave import Leave
from planner.models.limits import LimitEntry
from planner.models.metrics import Formula, GapPoint, Metric, PlanMetric, Segment
from planner.models.notices import Notice, NoticeChoice
from planner.models.people import Invitation, Membership, Role, Team, User
from planner.models.plans import Plan
from planner.models.pulses import JobFailure, Pulse
from planner.models.readings import Reading
from planner.models.sources import SourceCheck
from planner.models.staging import Batch, StagedReading
from planner.models.submissions import Submission

__all__ = [
    "Batch",
    "Bottleneck",
    "CauseView",
    "Change",
    "Channel",
    "Formula",
    "GapPoint",
    "Goal",
    "Import",
    "Invitation",
    "JobFailure",
    "Leave",
    "LimitEntry",
    "Membership",
    "Metric",
    "Notice",
    "NoticeChoice",
    "Plan",
    "PlanMetric",
    "Pulse",
    "Reading",
    "Recorded",
    "Role",
    "Segment",
    "SourceCheck",
    "StagedReading",
    "Submission",
    "Team",
    "Upload",
    "User",
]
