"""The addresses of the review stage."""

from planner.views.tables import table_urls

urlpatterns = [*table_urls("reviews", "reviews.table.ReviewsTable")]
