"""The addresses of the execute stage."""

from planner.views.tables import table_urls

urlpatterns = [*table_urls("tracking", "tracking.table.TrackingTable")]
