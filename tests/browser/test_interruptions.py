"""Work that is interrupted: a session that ends, somebody else in the browser, a busy server, a lost line."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from planner.models import Membership, Plan, PlanMetric, Upload, User
from tests.browser.conftest import MANAGER, REP
from tests.browser.test_journey import SALES, cell, editor, write

pytestmark = pytest.mark.browser
SIGNED_OUT = "You have been signed out."


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".me")).to_be_visible()


def sign_in_beside(page: Page, note) -> None:
    """Sign in where the note leads, in another tab."""
    with page.expect_popup() as popup:
        note.get_by_role("link", name="Sign in").click()
    sign_in(popup.value, MANAGER)
    popup.value.close()


def problems(row: str) -> str:
    return PlanMetric.objects.get(pk=row.removeprefix("metric-")).problems


def test_what_is_typed_into_a_cell_outlives_the_session(demo, window, trouble):
    trouble.expect("status of 401", "status of 403")
    page, row = window(MANAGER, demo.diagnose), demo.metric(SALES)
    cell(page, row, "problems").locator("a.cell").press("Enter")
    page.keyboard.type("Typed before the weekend")
    Session.objects.all().delete()
    page.keyboard.press("Control+Enter")

    form = editor(page, row, "problems")
    expect(form.get_by_role("alert")).to_contain_text(SIGNED_OUT)
    expect(form.locator("textarea")).to_have_value("Typed before the weekend")
    expect(page.get_by_label("Email")).to_have_count(0)
    expect(page.get_by_text(SIGNED_OUT)).to_have_count(1)

    sign_in_beside(page, form)
    form.locator("textarea").press("Control+Enter")
    expect(cell(page, row, "problems")).to_have_text("Typed before the weekend")
    expect(page.get_by_text(SIGNED_OUT)).to_have_count(0)
    assert problems(row) == "Typed before the weekend"


def test_a_page_that_polls_says_it_once_and_goes_on_after_the_sign_in(demo, window, trouble, settings):
    settings.LIVE_SECONDS = 1
    trouble.expect("status of 401", "status of 403")
    page, row = window(MANAGER, demo.diagnose), demo.metric(SALES)
    Session.objects.all().delete()
    note = page.locator(".toast").filter(has_text=SIGNED_OUT)
    expect(note).to_have_count(1, timeout=10_000)
    page.wait_for_timeout(2500)
    expect(note).to_have_count(1)

    write(page, row, "problems", "Typed meanwhile")
    form = editor(page, row, "problems")
    expect(form.get_by_role("alert")).to_contain_text(SIGNED_OUT)
    expect(note).to_have_count(0)
    sign_in_beside(page, form)
    # The page notices by itself, and saves.
    expect(cell(page, row, "problems")).to_have_text("Typed meanwhile", timeout=10_000)
    write(window(MANAGER, demo.diagnose), row, "problems", "Theirs")
    expect(cell(page, row, "problems")).to_have_text("Theirs", timeout=10_000)


def test_a_long_form_outlives_the_session(demo, window, trouble):
    trouble.expect("status of 401", "status of 403")
    page = window(MANAGER, "/plans/new/")
    page.get_by_role("radio", name=re.compile("Sustained decline")).check()
    page.get_by_label("Name").fill("The long plan")
    page.wait_for_load_state("networkidle")
    Session.objects.all().delete()
    page.get_by_role("button", name="Create plan").click()

    note = page.locator("#main form").get_by_role("alert")
    expect(note).to_contain_text(SIGNED_OUT)
    expect(page.get_by_label("Name")).to_have_value("The long plan")
    sign_in_beside(page, note)
    page.get_by_role("button", name="Create plan").click()
    expect(page).to_have_url(re.compile(r"/plans/\d+/diagnose/$"))
    assert Plan.objects.get(name="The long plan").scenario == "decline"


def test_a_long_form_notices_the_sign_in_and_leaves_it_to_the_person(demo, window, trouble):
    trouble.expect("status of 401")
    page = window(MANAGER, "/team/members/add/")
    page.get_by_label("Name").fill("Anna")
    Session.objects.all().delete()
    page.get_by_role("button", name="Add", exact=True).click()
    note = page.locator("#main form").get_by_role("alert")
    expect(note).to_contain_text(SIGNED_OUT)

    sign_in_beside(page, note)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(note).to_contain_text("You are signed in again.")
    assert not Membership.objects.filter(name="Anna").exists()
    note.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Anna")
    assert Membership.objects.filter(name="Anna").count() == 1


def test_a_file_outlives_the_session(demo, window, trouble, tmp_path):
    trouble.expect("status of 401", "status of 403")
    file = tmp_path / "march.csv"
    file.write_text("month,metric,value\n2023-03,Total sales,800000\n")
    page = window(MANAGER, demo.diagnose)
    Session.objects.all().delete()
    page.locator("form.drop input[type=file]").set_input_files(file)

    note = page.locator("form.drop").get_by_role("alert")
    expect(note).to_contain_text(SIGNED_OUT)
    sign_in_beside(page, note)
    note.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("march.csv")
    assert Upload.objects.get().file_name == "march.csv"


def test_a_cell_is_not_saved_in_the_name_of_somebody_else(demo, window, trouble):
    trouble.expect("status of 401", "status of 403")
    page, row = window(MANAGER, demo.diagnose), demo.metric(SALES)
    cell(page, row, "problems").locator("a.cell").press("Enter")
    page.keyboard.type("Mine")
    Session.objects.all().delete()
    other = page.context.new_page()
    other.goto("/accounts/login/")
    sign_in(other, REP)
    page.keyboard.press("Control+Enter")

    form, before = editor(page, row, "problems"), problems(row)
    expect(form.get_by_role("alert")).to_contain_text("This browser is now signed in as")
    expect(form.locator("textarea")).to_have_value("Mine")
    assert before != "Mine"


def test_who_left_the_team_keeps_the_text_and_learns_why(demo, window, trouble):
    trouble.expect("status of 404", "htmx:", "Response Status Error Code 404")
    page, row = window(MANAGER, demo.diagnose), demo.metric(SALES)
    cell(page, row, "problems").locator("a.cell").press("Enter")
    page.keyboard.type("One last thought")
    Membership.objects.filter(user=User.objects.get(email=MANAGER)).delete()
    page.keyboard.press("Control+Enter")

    form = editor(page, row, "problems")
    expect(form.get_by_role("alert")).to_contain_text("You no longer have access to this plan")
    expect(form.locator("textarea")).to_have_value("One last thought")


def busy(route) -> None:
    route.fulfill(status=503, headers={"Retry-After": "1"}, body="<main id=main><p>Busy</p></main>")


def test_a_busy_server_is_asked_again_by_itself(demo, window, trouble):
    trouble.expect("status of 503")
    page, row = window(MANAGER, demo.diagnose), demo.metric(SALES)
    page.route("**/rows/**", busy, times=2)
    write(page, row, "problems", "Patience")
    expect(editor(page, row, "problems").locator(".trouble")).to_contain_text("The server is busy.")

    expect(cell(page, row, "problems")).to_have_text("Patience", timeout=10_000)
    assert problems(row) == "Patience"


def test_a_server_that_stays_busy_is_given_up_with_the_text_kept(demo, window, trouble):
    trouble.expect("status of 503")
    page, row = window(MANAGER, demo.diagnose), demo.metric(SALES)
    asked = []
    page.route("**/rows/**", lambda route: (asked.append(1), busy(route)))
    write(page, row, "problems", "Patience")
    form = editor(page, row, "problems")
    expect(form.get_by_role("alert")).to_contain_text("try again in a minute", timeout=20_000)

    assert len(asked) == 6
    expect(form.locator("textarea")).to_have_value("Patience")
    page.unroute("**/rows/**")
    form.get_by_role("button", name="Try again").click()
    expect(cell(page, row, "problems")).to_have_text("Patience")


def test_a_long_form_waits_for_a_busy_server_too(demo, window, trouble):
    trouble.expect("status of 503")
    page = window(MANAGER, "/team/members/add/")
    page.get_by_label("Name").fill("Anna")
    page.route("**/members/add/", busy, times=1)
    page.get_by_role("button", name="Add", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Anna", timeout=10_000)
    assert Membership.objects.filter(name="Anna").count() == 1


def test_without_a_connection_a_cell_tries_again_by_itself(demo, window, trouble):
    trouble.expect("ERR_FAILED", "htmx:")
    page, row = window(MANAGER, demo.diagnose), demo.metric(SALES)
    page.route("**/rows/**", lambda route: route.abort(), times=1)
    write(page, row, "problems", "Typed in a tunnel")

    expect(cell(page, row, "problems")).to_have_text("Typed in a tunnel", timeout=10_000)
    assert problems(row) == "Typed in a tunnel"
