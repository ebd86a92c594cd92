"""The addresses of the execute stage."""

from planner.tables.views import table_urls

urlpatterns = [*table_urls("tracking", "tracking.table.TrackingTable")]
