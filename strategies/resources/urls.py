"""The addresses of the resources."""

from django.urls import path

from planner.tables.views import table_urls
from strategies.resources import views
from strategies.resources.page import ResourcesPage
from strategies.resources.table import AllocationsTable

BASE = "plans/<int:plan_pk>/resources/"

urlpatterns = [
    *table_urls("resources", AllocationsTable, ResourcesPage),
    path(f"{BASE}pools/<int:pk>/split/", views.split, name="resources-split"),
    path(f"{BASE}allocations/<int:pk>/keep/", views.keep, name="resources-keep"),
    path(f"{BASE}spending/", views.spend, name="resources-spend"),
    path(f"{BASE}spending/<int:pk>/remove/", views.remove_spending, name="resources-unspend"),
]
