"""Blocks pasted from Excel, WPS and pages, as their clipboards really look: previewed, saved and undone at once."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from planner.models import Bottleneck, Goal, Membership, Plan, PlanMetric, Reading
from reviews.models import Review
from strategies.models import Strategy
from tests.browser.conftest import MANAGER, REP
from tests.browser.test_accessibility import violations
from tests.browser.test_journey import cell
from tracking.models import Task

pytestmark = pytest.mark.browser

# Excel's HTML: a table of its own style, with a hidden row that measures the columns.
EXCEL = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><meta name=ProgId content=Excel.Sheet>
<style>
<!--table {{mso-displayed-decimal-separator:"\\."; mso-displayed-thousand-separator:"\\,";}}
td {{padding-top:1px; color:black; font-size:11.0pt; mso-number-format:General;}} -->
</style></head>
<body link="#0563C1" vlink="#954F72">
<table border=0 cellpadding=0 cellspacing=0 width=174 style='border-collapse:collapse;width:130pt'>
<!--StartFragment-->
 <col width=87 span=2 style='width:65pt'>
 {rows}
<!--EndFragment-->
<![if supportMisalignedColumns]><tr height=0 style='display:none'><td width=87 style='width:65pt'></td>
<td width=87 style='width:65pt'></td></tr><![endif]>
</table></body></html>"""
EXCEL_CELL = "<td class=xl65 align=right width=87 style='height:15.0pt;width:65pt'>{}</td>"

# WPS puts the same kind of table, with its own generator and fonts around each text.
WPS = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">
<head><meta name="Generator" content="Kingsoft ET"><style>.font0{{font-family:"宋体";}}
br{{mso-data-placement:same-cell;}}
</style></head><body><!--StartFragment--><table width="144.00" border="0" cellpadding="0" cellspacing="0">
<colgroup><col width="72.00" style="width:54.00pt;"/></colgroup>{rows}</table><!--EndFragment--></body></html>"""
WPS_CELL = """<td class="et2" height="19" width="72" x:str style="height:14.25pt;width:54.00pt;">
<font class="font0">{}</font></td>"""
# A line break within a cell.
BREAK = '<br style="mso-data-placement:same-cell;">\n    '


def excel(lines: list[list[str]], page: str = EXCEL, cell: str = EXCEL_CELL) -> str:
    rows = "".join(
        "<tr height=20 style='height:15.0pt'>\n"
        + "\n  ".join(
            cell.format(text.replace("\n", '<br style="mso-data-placement:same-cell;">\n    '))
            for text in line
        )
        + "\n </tr>\n"
        for line in lines
    )
    return page.format(rows=rows)


def wps(lines: list[list[str]]) -> str:
    return excel(lines, WPS, WPS_CELL)


def plain(lines: list[list[str]]) -> str:
    """As Excel writes it: tabs, line ends of Windows, a cell with line breaks quoted."""
    quoted = [[f'"{text}"' if "\n" in text else text for text in line] for line in lines]
    return "".join("\t".join(line) + "\r\n" for line in quoted)


def paste(page: Page, text: str, html: str = "") -> None:
    """What Ctrl+V does where the focus is, with this on the clipboard; the browser's own part included."""
    page.evaluate(
        """([text, html]) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          if (html) data.setData("text/html", html);
          const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          const goes = document.activeElement.dispatchEvent(event);
          if (goes) document.execCommand("insertText", false, text);
        }""",
        [text, html],
    )


def dialog(page: Page) -> Locator:
    return page.locator("dialog.paste")


def confirm(page: Page) -> None:
    dialog(page).locator(".button.primary").click()
    expect(dialog(page)).to_have_count(0)


def listed(page: Page) -> list[str]:
    """The rows of the lists in the preview."""
    expect(dialog(page).locator(".actions")).to_be_visible()
    rows = dialog(page).locator("tbody tr").all()
    return [" | ".join(part.inner_text().strip() for part in row.locator("th, td").all()) for row in rows]


def test_a_block_of_excel_changes_table_1_at_once_and_goes_back_at_once(demo, window):
    page = window(MANAGER, demo.diagnose)
    sales, rate = demo.metric("Total sales"), demo.metric("Customer conversion rate")
    lines = [["1,200,000", "", "", "Leads\nwait"], ["15%", "", "", ""]]
    cell(page, sales, "target").locator("a.cell").focus()
    paste(page, plain(lines), excel(lines))

    expect(dialog(page).get_by_role("button", name="Change 3 cells")).to_be_focused()
    assert any("1,000,000 CNY | 1,200,000 CNY" in row for row in listed(page))
    assert PlanMetric.objects.get(pk=sales.split("-")[1]).target == 1_000_000
    page.keyboard.press("Enter")

    expect(cell(page, sales, "target").locator(".fig")).to_have_text("1,200,000")
    expect(cell(page, rate, "target").locator(".fig")).to_have_text("15%")
    expect(cell(page, sales, "problems")).to_have_text("Leads\nwait")
    expect(cell(page, sales, "target").locator("a.cell")).to_be_focused()
    expect(page.locator(".toast")).to_contain_text("3 cells changed")
    page.keyboard.press("Control+z")

    expect(cell(page, sales, "target").locator(".fig")).to_have_text("1,000,000")
    expect(cell(page, rate, "target").locator(".fig")).to_have_text("12%")


@pytest.mark.parametrize("way", ["Escape", "Cancel"])
def test_what_is_not_confirmed_changes_nothing(demo, window, way):
    page, sales = window(MANAGER, demo.diagnose), demo.metric("Total sales")
    cell(page, sales, "target").locator("a.cell").focus()
    paste(page, "5\t\n6\t\n")
    expect(dialog(page).locator(".button.primary")).to_be_visible()
    if way == "Escape":
        page.keyboard.press("Escape")
    else:
        dialog(page).get_by_role("button", name="Cancel").click()

    expect(dialog(page)).to_have_count(0)
    expect(cell(page, sales, "target").locator("a.cell")).to_be_focused()
    expect(cell(page, sales, "target").locator(".fig")).to_have_text("1,000,000")
    assert PlanMetric.objects.get(pk=sales.split("-")[1]).target == 1_000_000


def test_the_table_copied_from_its_own_page_changes_nothing(demo, window):
    page = window(MANAGER, demo.diagnose)
    copied = page.locator("table.grid").evaluate("table => table.outerHTML")
    cell(page, demo.metric("Total sales"), "metric").locator("a.cell").focus()
    paste(page, "", copied)

    expect(dialog(page)).to_contain_text("Nothing would change.")
    assert listed(page) == []


@pytest.mark.parametrize("address", ["tracking", "goals", "reviews", "bottlenecks", "readings"])
def test_every_table_copied_from_its_own_page_changes_nothing(demo, window, address):
    plan = demo.quarter if address == "reviews" else demo.push
    page = window(MANAGER, f"/plans/{plan.pk}/{address}/")
    copied = page.locator("table.grid").evaluate("table => table.outerHTML")
    if address == "readings":  # its names are no cells
        copied = re.sub(
            r'<td class="first".*?</td>|<th[^>]*class="first".*?</th>', "", copied, flags=re.DOTALL
        )
    page.locator("tbody.rows a.cell").first.focus()
    paste(page, "", copied)

    expect(dialog(page).locator(".actions")).to_be_visible()
    assert listed(page) == []


def test_a_single_text_opens_a_closed_cell_with_it(demo, window):
    page, sales = window(MANAGER, demo.diagnose), demo.metric("Total sales")
    cell(page, sales, "target").locator("a.cell").focus()
    paste(page, "900000\r\n", excel([["900000"]]))

    editor = cell(page, sales, "target").locator("form.editor")
    expect(editor.locator("input[name=target]")).to_have_value("900000")
    expect(dialog(page)).to_have_count(0)


def test_lines_stay_text_where_somebody_is_typing_text(demo, window):
    page, sales = window(MANAGER, demo.diagnose), demo.metric("Total sales")
    cell(page, sales, "problems").locator("a.cell").click()
    field = cell(page, sales, "problems").locator("textarea")
    field.fill("")
    field.type("Leads: ")
    paste(page, "one\ntwo", "")

    expect(field).to_have_value("Leads: one\ntwo")
    expect(dialog(page)).to_have_count(0)


def test_lines_in_a_figure_that_is_being_typed_are_refused(demo, window):
    page, sales = window(MANAGER, demo.diagnose), demo.metric("Total sales")
    cell(page, sales, "target").locator("a.cell").focus()
    page.keyboard.type("5")
    paste(page, "1\n2")

    expect(page.locator(".toast")).to_contain_text("this field takes one number")
    expect(dialog(page)).to_have_count(0)


def test_a_block_goes_into_an_open_cell_that_is_still_as_it_was(demo, window):
    page, sales = window(MANAGER, demo.diagnose), demo.metric("Total sales")
    cell(page, sales, "target").locator("a.cell").click()
    expect(cell(page, sales, "target").locator("form.editor")).to_be_visible()
    paste(page, "1100000\n13%\n")
    expect(dialog(page).get_by_role("button", name="Change 2 cells")).to_be_visible()
    confirm(page)

    expect(cell(page, sales, "target").locator(".fig")).to_have_text("1,100,000")


def test_a_block_fills_the_history(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/readings/")
    first = page.locator("tbody.rows tr").first
    key = first.get_attribute("id")
    links = first.locator("a.cell")
    column = re.search(r"cell=([\d-]+)", links.nth(4).get_attribute("href"))[1]
    links.nth(4).focus()
    lines = [["700000", "710000"], ["9.1%", "9.2%"]]
    paste(page, plain(lines), wps(lines))
    expect(dialog(page).locator(".button.primary")).to_be_visible()
    confirm(page)

    expect(page.locator(f'#{key} a.cell[href$="cell={column}"] .fig')).to_have_text("700,000")
    expect(page.locator(f'#{key} a.cell[href$="cell={column}"]')).to_be_focused()
    assert Reading.objects.filter(value=710_000, metric=key.split("-")[1]).exists()


def test_a_block_of_bottlenecks_in_chinese(demo, window):
    plan = Plan.objects.get(team__name="华东销售部", state="active", start__gt=demo.quarter.start)
    page = window(MANAGER, f"/plans/{plan.pk}/bottlenecks/", cookies={"django_language": "zh-hans"})
    page.locator("tfoot [data-add=bottleneck] input:not([type=hidden])").first.focus()
    lines = [
        ["跟进不及时", "首次响应", "CRM：平均 9 小时", "4", "５", "", "列为重点"],
        ["话术不专业", "", "", "9"],
    ]
    paste(page, plain(lines), wps(lines))
    button = dialog(page).get_by_role("button", name="新增 2 行，跳过 1 处错误")
    expect(button).to_be_visible()
    confirm(page)

    expect(page.locator(".toast")).to_contain_text("已新增 2 行")
    slow = Bottleneck.objects.get(plan=plan, cause="跟进不及时", step="首次响应")
    assert (slow.cause, slow.kind, slow.impact, slow.ease, slow.in_focus) == (
        "跟进不及时",
        "conversion",
        4,
        5,
        True,
    )


def test_goals_are_filled_by_the_form_of_the_method(demo, window):
    page = window(MANAGER, f"/plans/{demo.push.pk}/goals/")
    part = Goal.objects.filter(plan=demo.push).exclude(parent=None).order_by("parent__order", "order").first()
    cell(page, f"part-{part.pk}", "target").locator("a.cell").focus()
    lines = [["200", "Zhou Yi", "2026/12/1"]]
    owner = Membership.objects.filter(team=demo.push.team, removed_at=None).exclude(name="").first()
    lines[0][1] = owner.name
    paste(page, plain(lines), excel(lines))
    expect(dialog(page).locator(".button.primary")).to_be_visible()
    confirm(page)

    expect(cell(page, f"part-{part.pk}", "target").locator(".fig").first).to_have_text("200")
    part.refresh_from_db()
    assert (part.owner, f"{part.due}") == (owner, "2026-12-01")


def test_tasks_are_added_beneath_their_strategy_from_the_form_that_adds_them(demo, window):
    page = window(MANAGER, demo.running)
    strategy = Strategy.objects.filter(plan=demo.push).order_by("order").first()
    page.locator(f"#strategy-{strategy.pk} a.plus").click()
    lines = [["Draw the cards"], ["Print the cards"]]
    paste(page, plain(lines), wps(lines))
    expect(dialog(page).get_by_role("button", name="Add 2 rows")).to_be_visible()
    confirm(page)

    expect(
        page.locator(f'tr[data-group="strategy-{strategy.pk}"]', has_text="Print the cards")
    ).to_be_visible()
    expect(page.locator("tbody .adding input[name=description]")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+z")
    expect(page.locator("tr", has_text="Print the cards")).to_have_count(0)
    assert not Task.objects.filter(description="Print the cards", removed_at=None).exists()


def test_a_rep_sees_which_cells_are_left_out(demo, window):
    page = window(REP, demo.running)
    own = page.locator('tbody.rows a.cell[href*="task-"][href$="cell=progress"]').first
    own.focus()
    paste(page, "Done\nDone\nDone\nDone\nDone\nDone\n")

    assert any(
        "permission" in row or "calculated" in row for row in [*listed(page), dialog(page).inner_text()]
    )
    confirm(page)
    expect(page.locator(".toast")).to_contain_text("changed")


def test_reviews_are_pasted_as_lists(demo, window):
    page = window(MANAGER, f"/plans/{demo.quarter.pk}/reviews/")
    review = Review.objects.filter(plan=demo.quarter).order_by("start").first()
    cell(page, f"review-{review.pk}", "worked").locator("a.cell").focus()
    lines = [["① Calls in a day\n② A script", "① More leads"]]
    paste(page, plain(lines))
    expect(dialog(page).get_by_role("button", name="Change 2 cells")).to_be_visible()
    confirm(page)

    expect(cell(page, f"review-{review.pk}", "worked")).to_contain_text("A script")
    review.refresh_from_db()
    assert (review.worked, review.improve) == ("Calls in a day\nA script", "More leads")


def test_errors_come_first_and_what_is_right_is_saved(demo, window):
    page, sales = window(MANAGER, demo.diagnose), demo.metric("Total sales")
    cell(page, sales, "target").locator("a.cell").focus()
    paste(page, "12o\n15%\n")

    assert "is not a number" in listed(page)[0]
    expect(
        dialog(page).get_by_role("button", name="Change 1 cell; 1 with an error is left out")
    ).to_be_visible()
    confirm(page)
    expect(cell(page, sales, "target").locator(".fig")).to_have_text("1,000,000")


def test_what_somebody_else_changed_meanwhile_is_shown_before_anything_is_saved(demo, window):
    page, sales = window(MANAGER, demo.diagnose), demo.metric("Total sales")
    cell(page, sales, "target").locator("a.cell").focus()
    paste(page, "1100000\n13%\n")
    expect(dialog(page).locator(".button.primary")).to_be_visible()
    PlanMetric.objects.filter(pk=sales.split("-")[1]).update(target=7)
    dialog(page).locator(".button.primary").click()

    expect(dialog(page).get_by_role("alert")).to_contain_text("has changed since you saw this preview")
    confirm(page)
    expect(cell(page, sales, "target").locator(".fig")).to_have_text("1,100,000")


def test_what_was_pasted_is_kept_while_there_is_no_connection(demo, window, trouble):
    trouble.expect("ERR_INTERNET_DISCONNECTED", "htmx:")
    page, sales = window(MANAGER, demo.diagnose), demo.metric("Total sales")
    cell(page, sales, "target").locator("a.cell").focus()
    page.evaluate(
        "import(document.querySelector('script[src*=table]').src.replace(/table/, 'paste')).catch(() => {})"
    )
    paste(page, "1100000\n13%\n")
    expect(dialog(page).locator(".button.primary")).to_be_visible()
    page.context.set_offline(True)
    dialog(page).locator(".button.primary").click()
    expect(dialog(page).locator(".trouble")).to_contain_text("no connection")
    page.context.set_offline(False)

    expect(dialog(page)).to_have_count(0)
    expect(cell(page, sales, "target").locator(".fig")).to_have_text("1,100,000")


def test_who_is_signed_out_keeps_what_was_pasted_and_signs_in(demo, window, trouble):
    trouble.expect("status of 401")
    page, sales = window(MANAGER, demo.diagnose), demo.metric("Total sales")
    cell(page, sales, "target").locator("a.cell").focus()
    paste(page, "1100000\n13%\n")
    expect(dialog(page).locator(".button.primary")).to_be_visible()
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    dialog(page).locator(".button.primary").click()
    expect(dialog(page).locator(".trouble")).to_contain_text("You have been signed out.")
    page.context.add_cookies(cookies)
    dialog(page).get_by_role("button", name="Try again").click()

    expect(dialog(page)).to_have_count(0)
    expect(cell(page, sales, "target").locator(".fig")).to_have_text("1,100,000")


def test_on_a_phone_the_preview_fits(demo, window):
    page, sales = (
        window(MANAGER, demo.diagnose, viewport={"width": 390, "height": 800}),
        demo.metric("Total sales"),
    )
    cell(page, sales, "target").locator("a.cell").focus()
    paste(page, "12o\tx\n15%\ty\n")
    expect(dialog(page).locator(".actions")).to_be_visible()
    box = dialog(page).bounding_box()

    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert dialog(page).evaluate("each => each.scrollWidth <= each.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


TABLE = "<table><tr><td>{}</td><td>b</td></tr></table>"


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>no table</p>", None),
        (TABLE.format("a\n   and\n c"), [["a and c", "b"]]),
        (TABLE.format("a<br>c"), [["a\nc", "b"]]),
        (TABLE.format("<p>a</p><p>c</p>"), [["a\nc", "b"]]),
        (TABLE.format("&nbsp;a&nbsp;&nbsp;c "), [["a c", "b"]]),
        (TABLE.format("<style>td {color: red}</style>a<script>1</script>"), [["a", "b"]]),
        (
            "<table><tr><td rowspan=2>a</td><td colspan=2>b</td></tr><tr><td>c</td><td>d</td></tr></table>",
            [["a", "b", ""], ["", "c", "d"]],
        ),
        (
            "<table><tr><td>a</td></tr><tr style='display:none'><td>x</td></tr><tr><td>c</td></tr></table>",
            [["a"], ["c"]],
        ),
        (
            "<table><thead><tr><th>A</th></tr></thead><tbody><tr><td>a</td></tr></tbody></table>",
            [["A"], ["a"]],
        ),
        ("<table><tr><td colspan=99999>a</td></tr></table>", [["a", *[""] * 999]]),
    ],
)
def test_a_piece_of_a_page_is_read_as_lines(pages, html, lines):
    assert pages.evaluate("(html) => paste.readHtml(html) ?? null", html) == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]),
        ("a\tb\nc\td", [["a", "b"], ["c", "d"]]),
        ("\tb\n\n", [["", "b"], [""]]),
        ('"a\nb"\tc\n', [["a\nb", "c"]]),
        ('"say ""yes""\nnow"\tc', [['say "yes"\nnow', "c"]]),
        ('"a\tb"\tc', [["a\tb", "c"]]),
        ('"quoted" words\tc', [['"quoted" words', "c"]]),
        ('"quoted"\tc', [['"quoted"', "c"]]),
        ('12"\tc', [['12"', "c"]]),
        (" a \t b ", [["a", "b"]]),
    ],
)
def test_lines_with_tabs_are_read_as_excel_quotes_them(pages, text, lines):
    assert pages.evaluate("(text) => paste.readText(text)", text) == lines


@pytest.fixture(scope="module")
def pages(browser):
    """A page with the functions of paste.js, without a server: what they import is left out."""
    source = (settings.BASE_DIR / "static" / "js" / "paste.js").read_text(encoding="utf-8")
    source = re.sub(r"^import .*$", "", source, flags=re.MULTILINE).replace("export function", "function")
    page = browser.new_page()
    page.add_script_tag(content=f"window.paste = (() => {{ {source}; return {{ readHtml, readText }}; }})();")
    yield page
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_preview_shuts_nobody_out(demo, window, theme, width):
    page = window(MANAGER, demo.diagnose, color_scheme=theme, viewport={"width": width, "height": 844})
    cell(page, demo.metric("Total sales"), "metric").locator("a.cell").focus()
    paste(page, "Total sales\t\t12o\nCustomer conversion rate\t\t15%\nVisits\t40\t60\n")
    expect(dialog(page).locator(".button.primary")).to_be_visible()

    assert violations(page) == []


def test_the_keys_for_pasting_work_with_the_real_clipboard(demo, window, trouble):
    trouble.expect("inline style")  # the browser cleans what the test itself writes into the clipboard
    page = window(MANAGER, demo.diagnose, permissions=["clipboard-read", "clipboard-write"])
    lines = [["1,200,000"], ["15%"]]
    page.evaluate(
        """([text, html]) => navigator.clipboard.write([new ClipboardItem({
          "text/plain": new Blob([text], { type: "text/plain" }), "text/html": new Blob([html], { type: "text/html" }),
        })])""",
        [plain(lines), excel(lines)],
    )
    sales = cell(page, demo.metric("Total sales"), "target")
    sales.locator("a.cell").focus()
    page.keyboard.press("Control+v")
    expect(dialog(page).get_by_role("button", name="Change 2 cells")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    page.keyboard.press("Enter")
    expect(sales.locator("form.editor")).to_be_visible()
    page.keyboard.press("Control+v")

    expect(dialog(page).get_by_role("button", name="Change 2 cells")).to_be_visible()


def test_what_is_copied_from_a_table_by_hand_is_pasted_elsewhere(demo, window):
    page = window(MANAGER, demo.running, permissions=["clipboard-read", "clipboard-write"])
    rows = page.locator("tbody.rows tr.sub")
    first, last = rows.nth(0), rows.nth(1)
    page.evaluate(
        """([first, last]) => getSelection().setBaseAndExtent(first, 0, last, last.childNodes.length)""",
        [first.locator("td").first.element_handle(), last.locator("td").last.element_handle()],
    )
    page.keyboard.press("Control+c")
    strategy = page.locator("tbody.rows tr.group").last
    strategy.locator("a.plus").click()
    page.keyboard.press("Control+v")

    expect(dialog(page).get_by_role("button", name="Add 2 rows")).to_be_visible()
    names = [row.split("\n")[0] for row in rows.locator("td:first-child").all_inner_texts()[:2]]
    assert [row.split(" | ")[0] for row in listed(page)] == [re.sub(r"^\S+ ", "", name) for name in names]
