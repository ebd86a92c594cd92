"""Signing in and what goes with it: allauth's pages in our look, lost passwords, preferences."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from planner.models import User
from planner.urls import urlpatterns
from tests.letters import letters

ELSEWHERE = ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""]


def text(response) -> str:
    return " ".join(response.content.decode().split())


def link_in_mail() -> str:
    """The path of the one link in the last mail."""
    (found,) = re.findall(rf"^{re.escape(settings.PUBLIC_URL)}(\S+)$", letters()[-1].body, re.MULTILINE)
    return found


def said(page: str) -> str:
    return re.search(r"<h1>(.*?)</h1>", page)[1]


# The pages


def assert_in_our_look(response) -> None:
    page = response.content.decode()
    assert '<div class="narrow">' in page
    assert not re.search(r"<script(?![^>]*\s(src=|type=\"application/json\"))", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "args", "heading"),
    [
        ("account_login", [], "Sign in"),
        ("account_signup", [], "Sign-up is closed"),
        ("account_inactive", [], "This account is deactivated"),
        ("account_reset_password", [], "Choose a new password"),
        ("account_reset_password_done", [], "Check your email"),
        ("account_reset_password_from_key", ["1", "wrong"], "This link no longer works"),
        ("account_reset_password_from_key_done", [], "New password saved"),
        ("account_email_verification_sent", [], "Check your email"),
        ("account_confirm_email", ["wrong"], "Confirm your email address"),
    ],
)
def test_a_page_that_is_open_without_sign_in_is_in_our_look(db, as_, name, args, heading):
    response = as_(None).get(reverse(name, args=args))
    assert response.status_code == 200
    assert said(text(response)) == heading
    assert_in_our_look(response)


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("account_logout", "Sign out?"),
        ("account_change_password", "Change password"),
        ("account_email", "Change email address"),
        ("account_reauthenticate", "Confirm it's you"),
    ],
)
def test_a_page_of_who_is_signed_in_is_in_our_look(as_, manager, name, heading):
    response = as_(manager).get(reverse(name))
    assert response.status_code == 200
    assert said(text(response)) == heading
    assert_in_our_look(response)


def test_who_has_no_password_is_asked_to_choose_one_in_our_look(as_, manager):
    manager.set_unusable_password()
    manager.save()
    response = as_(manager).get(reverse("account_change_password"), follow=True)
    assert said(text(response)) == "Choose a password"
    assert_in_our_look(response)


def test_a_form_that_was_refused_is_in_our_look(db, as_):
    for name in ("account_login", "account_reset_password"):
        response = as_(None).post(reverse(name), {"login": "x", "email": "x"})
        assert_in_our_look(response)
        assert 'class="field wrong"' in text(response)


def test_a_form_says_our_words_and_repeats_none_in_grey(as_, manager):
    page = text(as_(None).get(reverse("account_login")))
    assert re.findall(r"<label[^>]*>([^<]*?)\s*</label>", page) == ["Email address", "Password"]
    page = text(as_(manager).get(reverse("account_change_password")))
    assert "placeholder" not in page
    rule = "At least 8 characters. Don&#x27;t use a common password or one similar to your email address."
    assert rule in page


@pytest.mark.parametrize(
    "name", ["account_change_password", "account_set_password", "account_email", "account_reauthenticate"]
)
def test_what_changes_an_account_asks_for_sign_in(db, as_, name):
    address = reverse(name)
    assert as_(None).get(address).headers["Location"] == f"{reverse('account_login')}?next={address}"


def test_every_page_of_the_team_and_of_accounts_says_whether_it_is_open():
    mine = [each for each in urlpatterns if getattr(each, "name", None)]
    open_pages = {each.name for each in mine if not getattr(each.callback, "login_required", True)}
    ours = {"language", "theme", "invitation", "unsubscribe", "calendar"}
    assert open_pages - {"health-live", "health-ready"} == ours


def test_nobody_signs_up_alone(db, as_):
    page = as_(None).post(
        reverse("account_signup"),
        {"email": "new@example.com", "password1": "tea-and-rice-7", "password2": "tea-and-rice-7"},
    )
    assert said(text(page)) == "Sign-up is closed"
    assert not User.objects.exists()


# Signing in


def test_who_signs_in_with_address_and_password_comes_to_their_work(as_, manager):
    answer = as_(None).post(
        reverse("account_login"), {"login": "MARY@example.com", "password": "secret-pass-1"}
    )
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_is_said(as_, manager):
    page = as_(None).post(reverse("account_login"), {"login": "mary@example.com", "password": "wrong"})
    assert "not correct" in text(page)


@pytest.mark.parametrize("target", ELSEWHERE[:4])
def test_signing_in_never_leads_elsewhere(as_, manager, target):
    answer = as_(None).post(
        reverse("account_login"),
        {"login": "mary@example.com", "password": "secret-pass-1", "next": target},
    )
    assert answer.headers["Location"] == "/"


def test_guessing_passwords_ends_with_a_page_in_our_look(as_, manager, settings):
    browser = as_(None)
    for _try in range(40):
        response = browser.post(reverse("account_login"), {"login": "mary@example.com", "password": "wrong"})
        if response.status_code == 429:
            break
    assert response.status_code == 429
    assert said(text(response)) == "Too many attempts"
    assert_in_our_look(response)


def test_an_account_that_is_switched_off_does_not_get_in(as_, manager):
    User.objects.update(is_active=False)
    browser = as_(None)
    browser.post(reverse("account_login"), {"login": "mary@example.com", "password": "secret-pass-1"})
    assert "_auth_user_id" not in browser.session


# Passwords


def test_a_lost_password_is_replaced_by_mail_to_the_end(as_, manager):
    browser = as_(None)
    answer = browser.post(reverse("account_reset_password"), {"email": "Mary@example.com"})
    assert answer.headers["Location"] == reverse("account_reset_password_done")
    assert letters()[0].subject == "Choose a new password"
    assert letters()[0].to == ["mary@example.com"]
    page = browser.get(link_in_mail(), follow=True)
    assert said(text(page)) == "Choose a new password"
    assert_in_our_look(page)
    form = re.search(r'<form class="stack" method="post" action="([^"]+)"', page.content.decode())[1]
    page = browser.post(form, {"password1": "tea-and-rice-7", "password2": "tea-and-rice-7"}, follow=True)
    assert said(text(page)) == "New password saved"
    sign_in = {"login": "mary@example.com", "password": "tea-and-rice-7"}
    assert as_(None).post(reverse("account_login"), sign_in).headers["Location"] == "/"


def test_a_reset_link_works_once(as_, manager):
    browser = as_(None)
    browser.post(reverse("account_reset_password"), {"email": "mary@example.com"})
    link = link_in_mail()
    manager.set_password("tea-and-rice-7")
    manager.save()
    assert said(text(browser.get(link, follow=True))) == "This link no longer works"


@pytest.mark.parametrize(
    ("own", "page", "subject"),
    [
        ("zh-hans", "en", "设置新密码"),
        ("en", "zh-hans", "Choose a new password"),
        ("", "zh-hans", "设置新密码"),
        ("", "en", "Choose a new password"),
    ],
)
def test_the_reset_mail_speaks_the_language_of_its_reader(as_, manager, own, page, subject):
    User.objects.update(language=own)
    browser = as_(None)
    browser.cookies["django_language"] = page
    browser.post(reverse("account_reset_password"), {"email": "mary@example.com"})
    with translation.override("en"):
        assert [letter.subject for letter in letters()] == [subject]


def test_an_unknown_address_gets_the_same_answer_and_a_mail_that_says_so(db, as_):
    answer = as_(None).post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert answer.headers["Location"] == reverse("account_reset_password_done")
    assert letters()[0].subject == "No account with this address"
    assert "nobody@example.com" in letters()[0].body
    assert "signup" not in letters()[0].body


def test_a_changed_password_is_said_at_home(as_, manager):
    browser = as_(manager)
    answer = browser.post(
        reverse("account_change_password"),
        {"oldpassword": "secret-pass-1", "password1": "tea-and-rice-7", "password2": "tea-and-rice-7"},
    )
    assert answer.headers["Location"] == "/"
    assert "New password saved." in text(browser.get(reverse("team")))


# The address


def change_address(browser, email: str):
    return browser.post(reverse("account_email"), {"email": email, "action_add": "1"}, follow=True)


def test_a_new_address_counts_once_it_is_confirmed(as_, manager):
    browser = as_(manager)
    page = change_address(browser, "mary@new.example")
    assert "We sent a link to mary@new.example. Open it to switch your sign-in to that address." in text(page)
    assert_in_our_look(page)
    manager.refresh_from_db()
    assert manager.email == "mary@example.com"
    assert letters()[0].to == ["mary@new.example"]
    page = browser.get(link_in_mail())
    assert "From now on, you sign in as mary@new.example." in text(page)
    assert_in_our_look(page)
    browser.post(link_in_mail())
    manager.refresh_from_db()
    assert manager.email == "mary@new.example"


def test_who_never_confirms_a_new_address_keeps_the_old_one(as_, manager):
    change_address(as_(manager), "mary@new.example")
    sign_in = {"login": "mary@example.com", "password": "secret-pass-1"}
    assert as_(None).post(reverse("account_login"), sign_in).headers["Location"] == "/"


def test_a_change_of_address_can_be_taken_back(as_, manager):
    browser = as_(manager)
    change_address(browser, "mary@new.example")
    page = browser.post(
        reverse("account_email"), {"email": "mary@new.example", "action_remove": "1"}, follow=True
    )
    assert "Removed mary@new.example from your account." in text(page)
    manager.refresh_from_db()
    assert manager.email == "mary@example.com"
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["mary@example.com"]


def test_an_address_of_somebody_else_is_refused(as_, manager, rep):
    page = change_address(as_(manager), "Rick@example.com")
    assert "Another account already uses this address." in text(page)
    assert letters() == []


def test_an_address_that_got_an_account_meanwhile_is_not_taken_from_it(as_, manager):
    browser = as_(manager)
    change_address(browser, "mary@new.example")
    newer = User.objects.create_user("mary@new.example")
    EmailAddress.objects.create(user=newer, email=newer.email, verified=True, primary=True)
    key = EmailConfirmationHMAC(EmailAddress.objects.get(user=manager, email="mary@new.example")).key
    page = browser.get(reverse("account_confirm_email", args=[key]))
    assert "mary@new.example is already used by another account. Use a different address." in text(page)
    assert_in_our_look(page)


# Language and theme


def language_of(browser, **headers) -> str:
    page = browser.get(reverse("account_login"), headers=headers).content.decode()
    return re.search(r'<html lang="([^"]+)"', page)[1]


def test_the_browser_chooses_the_language_of_who_has_not_chosen(db, as_):
    assert language_of(as_(None), accept_language="zh-CN,zh;q=0.9") == "zh-hans"
    assert language_of(as_(None), accept_language="fr") == "en"


def own_language_of(browser, **headers) -> str:
    page = browser.get(reverse("preferences"), headers=headers).content.decode()
    return re.search(r'<html lang="([^"]+)"', page)[1]


def test_the_cookie_goes_before_the_setting_and_the_setting_before_the_browser(as_, manager):
    browser = as_(manager)
    assert own_language_of(browser, accept_language="zh-CN") == "zh-hans"
    User.objects.update(language="en")
    assert own_language_of(browser, accept_language="zh-CN") == "en"
    browser.cookies["django_language"] = "zh-hans"
    assert own_language_of(browser, accept_language="en") == "zh-hans"


def test_the_switch_sets_the_cookie_and_the_setting(as_, manager):
    browser = as_(manager)
    answer = browser.post(reverse("language"), {"language": "zh-hans", "next": "/team/"})
    assert answer.headers["Location"] == "/team/"
    cookie = answer.cookies["django_language"]
    assert (cookie.value, cookie["path"], cookie["samesite"]) == ("zh-hans", "/", "Lax")
    manager.refresh_from_db()
    assert manager.language == "zh-hans"


def test_the_switch_works_without_sign_in(db, as_):
    browser = as_(None)
    browser.post(reverse("language"), {"language": "zh-hans"})
    assert language_of(browser, accept_language="en") == "zh-hans"


def test_a_language_that_does_not_exist_changes_nothing(as_, manager):
    answer = as_(manager).post(reverse("language"), {"language": "xx"})
    assert "django_language" not in answer.cookies
    manager.refresh_from_db()
    assert manager.language == ""


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("name", ["language", "theme"])
def test_a_switch_never_leads_elsewhere(db, as_, name, target):
    answer = as_(None).post(reverse(name), {"language": "en", "theme": "dark", "next": target})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@pytest.mark.parametrize("name", ["language", "theme"])
def test_a_switch_is_pressed_not_visited(db, as_, name):
    assert as_(None).get(reverse(name)).status_code == 405


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_a_chosen_theme_stays(db, as_, chosen):
    browser = as_(None)
    answer = browser.post(reverse("theme"), {"theme": chosen, "next": "/accounts/login/"})
    assert answer.headers["Location"] == "/accounts/login/"
    assert browser.cookies["theme"].value == chosen
    assert f'data-theme="{chosen}"' in text(browser.get(reverse("account_login")))


def test_a_theme_can_be_left_to_the_device_again(db, as_):
    browser = as_(None)
    browser.post(reverse("theme"), {"theme": "dark"})
    assert browser.post(reverse("theme"), {"theme": ""}).cookies["theme"]["max-age"] == 0
    assert "data-theme" not in text(browser.get(reverse("account_login")))


def test_a_theme_that_does_not_exist_is_not_kept(db, as_):
    assert "theme" not in as_(None).post(reverse("theme"), {"theme": '"><b>'}).cookies


def test_preferences_set_name_and_language_at_once(as_, manager):
    browser = as_(manager)
    browser.cookies["django_language"] = "en"
    answer = browser.post(reverse("preferences"), {"name": "Mary Wang", "language": "zh-hans"})
    assert answer.cookies["django_language"].value == "zh-hans"
    manager.refresh_from_db()
    assert (manager.name, manager.language) == ("Mary Wang", "zh-hans")


def test_preferences_can_leave_the_language_to_the_browser(as_, manager):
    User.objects.update(language="zh-hans")
    browser = as_(manager)
    browser.cookies["django_language"] = "zh-hans"
    browser.post(reverse("preferences"), {"name": "Mary", "language": ""})
    manager.refresh_from_db()
    assert manager.language == ""
    assert own_language_of(browser, accept_language="en") == "en"


def test_preferences_that_make_no_sense_are_refused(as_, manager):
    page = as_(manager).post(reverse("preferences"), {"name": "Mary", "language": "xx"})
    assert page.status_code == 422
    assert 'class="error"' in text(page)
