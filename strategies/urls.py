"""The addresses of the strategize stage."""

from django.urls import path

from planner.tables.views import table_urls
from strategies.coverage import views as coverage
from strategies.goals.page import GoalsPage
from strategies.goals.table import GoalsTable

urlpatterns = [
    *table_urls("goals", GoalsTable, GoalsPage),
    path("plans/<int:plan_pk>/goals/<int:pk>/cover/", coverage.add_part, name="goals-cover"),
]
