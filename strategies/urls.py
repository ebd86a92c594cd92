"""The addresses of the strategize stage."""

from planner.views.tables import table_urls

urlpatterns = [*table_urls("goals", "strategies.table.GoalsTable")]
