"""The addresses of the strategize stage."""

from planner.tables.views import table_urls
from strategies.goals.table import GoalsTable

urlpatterns = [*table_urls("goals", GoalsTable)]
