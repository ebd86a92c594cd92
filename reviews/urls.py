"""The addresses of the review stage."""

from planner.tables.views import table_urls
from reviews.table import ReviewsTable

urlpatterns = [*table_urls("reviews", ReviewsTable)]
