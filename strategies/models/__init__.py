"""The models of the strategize stage: strategies, their feasibility and measures, ideas, and resources."""

from strategies.models.feasibility import Question
from strategies.models.goals import TargetAnswer
from strategies.models.ideas import Idea
from strategies.models.leads import LeadMeasure, LeadValue
from strategies.models.resources import Allocation, Pool, Spending
from strategies.models.strategies import PAUSED, SILENT, KeyAction, ServedGoal, Strategy

__all__ = [
    "PAUSED",
    "SILENT",
    "Allocation",
    "Idea",
    "KeyAction",
    "LeadMeasure",
    "LeadValue",
    "Pool",
    "Question",
    "ServedGoal",
    "Spending",
    "Strategy",
    "TargetAnswer",
]
