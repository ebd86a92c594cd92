"""The addresses of the review stage."""

from planner.tables.views import table_urls

urlpatterns = [*table_urls("reviews", "reviews.table.ReviewsTable")]
