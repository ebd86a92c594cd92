"""The product's addresses, and behind them the bare views; `twin` is the same view, to compare it with itself."""

from django.urls import include, path

from bench import views

urlpatterns = [
    path("", include("planner.urls")),
    path("bench/plans/<int:plan_pk>/tracking/", views.tracking),
    path("bench/twin/plans/<int:plan_pk>/tracking/", views.tracking),
    path("bench/plans/<int:plan_pk>/tasks/<int:pk>/", views.save_risk),
    path("bench/twin/plans/<int:plan_pk>/tasks/<int:pk>/", views.save_risk),
]
