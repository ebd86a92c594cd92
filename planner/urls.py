"""All URLs of the product; the stages include their own."""

from allauth.account import urls as account_urls
from django.contrib import admin
from django.urls import include, path

from planner.diagnose import views as diagnosis
from planner.diagnose.bottlenecks.page import BottlenecksPage
from planner.diagnose.bottlenecks.table import BottlenecksTable
from planner.diagnose.page import DiagnosePage
from planner.diagnose.table import StatusTable
from planner.models import Metric, Segment
from planner.readings import views as readings
from planner.readings.page import ReadingsPage
from planner.readings.table import ReadingsTable
from planner.tables.views import table_urls
from planner.views import (
    accounts,
    channels,
    exports,
    feeds,
    health,
    home,
    leave_days,
    names,
    notices,
    people,
    plans,
)

handler429 = "planner.web.limits.too_many"

urlpatterns = [
    path("", home.home, name="home"),
    path("plans/new/", plans.new, name="plan-new"),
    path("plans/<int:plan_pk>/", plans.plan, name="plan"),
    path("plans/<int:plan_pk>/changes/", plans.poll_changes, name="plan-changes"),
    path("plans/<int:plan_pk>/settings/", plans.settings, name="plan-settings"),
    path("plans/<int:plan_pk>/copy/", plans.copy, name="plan-copy"),
    path("plans/<int:plan_pk>/remove/", plans.remove, name="plan-remove"),
    path("plans/<int:plan_pk>/restore/", plans.restore, name="plan-restore"),
    path("plans/<int:plan_pk>/history/", plans.history, name="plan-history"),
    path("plans/<int:plan_pk>/undo/<int:revision>/", plans.undo, name="plan-undo"),
    path("plans/<int:plan_pk>/export/<slug:table>.<slug:suffix>", exports.export, name="export"),
    *table_urls("readings", ReadingsTable, ReadingsPage),
    path("plans/<int:plan_pk>/readings/import/", readings.import_file, name="readings-import"),
    path("plans/<int:plan_pk>/readings/import/<int:pk>/", readings.show_upload, name="readings-upload"),
    path("plans/<int:plan_pk>/readings/sources/", readings.confirm_sources, name="readings-confirm"),
    path("plans/<int:plan_pk>/readings/<int:pk>/imported/", readings.use_imported, name="readings-imported"),
    *table_urls("diagnose", StatusTable, DiagnosePage),
    path("plans/<int:plan_pk>/diagnose/<int:pk>/computed/", diagnosis.use_computed, name="diagnose-computed"),
    path("plans/<int:plan_pk>/diagnose/<slug:part>.csv", diagnosis.data, name="diagnose-data"),
    path("plans/<int:plan_pk>/diagnose/months/", diagnosis.use_other_months, name="diagnose-months"),
    path("plans/<int:plan_pk>/diagnose/as-of/", diagnosis.choose_months, name="diagnose-as-of"),
    path("plans/<int:plan_pk>/diagnose/formulas/", diagnosis.formulas, name="formulas"),
    path("plans/<int:plan_pk>/diagnose/formulas/<int:pk>/", diagnosis.formulas, name="formula"),
    path(
        "plans/<int:plan_pk>/diagnose/formulas/<int:pk>/remove/",
        diagnosis.remove_formula,
        name="formula-remove",
    ),
    *table_urls("bottlenecks", BottlenecksTable, BottlenecksPage),
    path("plans/<int:plan_pk>/bottlenecks/from/", diagnosis.bottleneck_from, name="bottleneck-from"),
    path("", include("strategies.urls")),
    path("", include("tracking.urls")),
    path("", include("reviews.urls")),
    path("team/", people.team, name="team"),
    path("team/settings/", people.settings, name="team-settings"),
    path("team/metrics/", names.metrics, name="team-metrics"),
    path("team/metrics/<int:pk>/", names.name, {"model": Metric}, name="metric-name"),
    path("team/metrics/<int:pk>/merge/", names.merge_into, {"model": Metric}, name="metric-merge"),
    path("team/metrics/<int:pk>/archive/", names.archive, {"model": Metric}, name="metric-archive"),
    path("team/metrics/<int:pk>/restore/", names.restore, {"model": Metric}, name="metric-restore"),
    path("team/segments/", names.segments, name="team-segments"),
    path("team/segments/<int:pk>/", names.name, {"model": Segment}, name="segment-name"),
    path("team/segments/<int:pk>/merge/", names.merge_into, {"model": Segment}, name="segment-merge"),
    path("team/segments/<int:pk>/archive/", names.archive, {"model": Segment}, name="segment-archive"),
    path("team/segments/<int:pk>/restore/", names.restore, {"model": Segment}, name="segment-restore"),
    path("team/names/undo/<int:revision>/", names.undo, name="names-undo"),
    path("team/mail/", notices.mail, name="team-mail"),
    path("team/mail/<int:pk>/resend/", notices.resend, name="notice-resend"),
    path("team/mail/set-aside/", notices.set_aside, name="notices-set-aside"),
    path("team/mail/<int:pk>/set-aside/", notices.set_aside, name="notice-set-aside"),
    path("team/mail/preview/<slug:kind>/", notices.preview, name="notice-preview"),
    path("unsubscribe/<str:token>/", notices.unsubscribe, name="unsubscribe"),
    path("team/channels/", channels.channels, name="team-channels"),
    path("team/channels/<int:pk>/test/", channels.test, name="channel-test"),
    path("team/channels/<int:pk>/remove/", channels.remove, name="channel-remove"),
    path("team/leave/", people.leave, name="team-leave"),
    path("team/leave-days/", leave_days.leave_days, name="team-leave-days"),
    path("team/leave-days/<int:pk>/remove/", leave_days.remove, name="leave-days-remove"),
    path("team/switch/<int:team_pk>/", people.switch, name="team-switch"),
    path("team/members/add/", people.add, name="member-add"),
    path("team/members/<int:pk>/", people.member, name="member"),
    path("team/members/<int:pk>/invite/", people.invite, name="member-invite"),
    path("team/members/<int:pk>/withdraw/", people.withdraw, name="member-withdraw"),
    path("team/members/<int:pk>/remove/", people.remove, name="member-remove"),
    path("accounts/language/", accounts.language, name="language"),
    path("accounts/theme/", accounts.theme, name="theme"),
    path("accounts/session/", accounts.session, name="session"),
    path("accounts/calendar/", feeds.choose, name="calendar-choose"),
    path("calendar/<str:secret>.ics", feeds.calendar, name="calendar"),
    path("accounts/preferences/", accounts.preferences, name="preferences"),
    path("accounts/invitation/<str:token>/", accounts.invitation, name="invitation"),
    path("accounts/", include(account_urls)),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("admin/", admin.site.urls),
]
