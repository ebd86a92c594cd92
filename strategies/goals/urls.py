"""The addresses of Table 2, and of the answers to its targets."""

from django.urls import path

from planner.tables.views import table_urls
from strategies.goals import views
from strategies.goals.page import GoalsPage
from strategies.goals.table import GoalsTable

GOALS = "plans/<int:plan_pk>/goals/"

urlpatterns = [
    *table_urls("goals", GoalsTable, GoalsPage),
    path(f"{GOALS}<int:pk>/answer/", views.answer, name="goals-answer"),
    *(
        path(
            f"{GOALS}answers/<int:pk>/{decision}/",
            views.decide,
            {"decision": decision},
            name=f"goals-{decision}",
        )
        for decision in views.DECISIONS
    ),
]
