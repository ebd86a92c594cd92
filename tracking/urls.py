"""The addresses of the execute stage."""

from planner.tables.views import table_urls
from tracking.table import TrackingTable

urlpatterns = [*table_urls("tracking", TrackingTable)]
