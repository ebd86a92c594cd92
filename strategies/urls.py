"""The addresses of the strategize stage."""

from planner.tables.views import table_urls

urlpatterns = [*table_urls("goals", "strategies.table.GoalsTable")]
