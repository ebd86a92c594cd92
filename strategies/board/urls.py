"""The addresses of the strategies, and of one strategy."""

from django.urls import path

from planner.tables.views import table_urls
from strategies.board import views
from strategies.board.page import StrategiesPage
from strategies.board.table import StrategiesTable

STRATEGY = "plans/<int:plan_pk>/strategies/<int:pk>/"

urlpatterns = [
    *table_urls("strategies", StrategiesTable, StrategiesPage),
    path(STRATEGY, views.strategy, name="strategy"),
    path(f"{STRATEGY}changes/", views.poll_strategy, name="strategy-changes"),
    path(f"{STRATEGY}set/", views.set_fields, name="strategy-set"),
    path(f"{STRATEGY}decide/", views.decide, name="strategy-decide"),
    path(f"{STRATEGY}questions/", views.add_question, name="strategy-ask"),
    path(f"{STRATEGY}questions/<int:question_pk>/", views.close, name="strategy-close"),
    path(f"{STRATEGY}lead/", views.measure, name="strategy-lead"),
    path(f"{STRATEGY}weeks/", views.enter_week, name="strategy-week"),
]
