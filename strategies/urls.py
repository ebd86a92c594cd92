"""The addresses of the strategize stage."""

from django.urls import path

from planner.tables.views import table_urls
from strategies.board import urls as board
from strategies.coverage import views as coverage
from strategies.goals import urls as goals
from strategies.ideas import views as ideas
from strategies.ideas.page import IdeasPage
from strategies.ideas.table import IdeasTable
from strategies.resources import urls as resources

urlpatterns = [
    *goals.urlpatterns,
    path("plans/<int:plan_pk>/goals/<int:pk>/cover/", coverage.add_part, name="goals-cover"),
    path("plans/<int:plan_pk>/goals/<int:pk>/backwards/", coverage.backwards, name="goals-backwards"),
    path("plans/<int:plan_pk>/goals/<int:pk>/backwards/take/", coverage.take, name="goals-take"),
    *table_urls("ideas", IdeasTable, IdeasPage),
    path("plans/<int:plan_pk>/strategies/answer/", ideas.answer_bottleneck, name="strategy-answer"),
    path(
        "plans/<int:plan_pk>/strategies/from-action/<int:pk>/", ideas.from_action, name="strategy-from-action"
    ),
    *board.urlpatterns,
    *resources.urlpatterns,
]
