"""The style guide in a real browser, under the content policy it is served with."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.web.conftest import Tab

MakeTab = Callable[..., Tab]
GUIDE = "/styleguide/"
pytestmark = pytest.mark.same_everywhere


def charts_drawn(page: Page) -> None:
    expect(page.locator("[data-chart=sli] .scatterlayer .trace")).to_have_count(1)
    expect(page.locator("[data-chart=burn] .barlayer .trace")).to_have_count(1)


def refresh(page: Page) -> None:
    with page.expect_response("**/styleguide/live/"):
        page.evaluate("htmx.trigger('#live-part', 'refresh')")
    expect(page.locator(".htmx-settling, .htmx-request")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390], ids=["wide", "phone"])
def test_every_component_works_with_a_clean_console_nothing_from_elsewhere_and_keeps_nobody_out(
    tab: MakeTab, width: int
) -> None:
    opened = tab(width=width, color_scheme="light")
    page = opened.open(GUIDE)
    charts_drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width, "nothing sticks out"
    assert opened.console == []
    assert opened.foreign_requests == []
    keeps_nobody_out(page, "light")
    page.emulate_media(color_scheme="dark")
    page.evaluate("document.querySelectorAll('summary').forEach((summary) => { summary.parentElement.open = true })")
    keeps_nobody_out(page, "dark, with open menus")


def keeps_nobody_out(page: Page, how: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{how}: {found.generate_report()}"


def test_the_palette_keeps_nobody_out(tab: MakeTab) -> None:
    page = tab().open("/search/")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-hits .hit")).not_to_have_count(0)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_everything_is_reached_by_keyboard(tab: MakeTab) -> None:
    page = tab().open("/search/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#palette-query")).to_be_focused()
    page.keyboard.type("s")
    expect(page.locator("#palette-hits .hit").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).not_to_be_visible()
    menu = page.locator("summary.own")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).not_to_be_visible()
    expect(menu).to_be_focused()


def test_the_palette_leads_where_the_arrow_keys_point(tab: MakeTab) -> None:
    page = tab().open("/search/")
    page.keyboard.press("Control+k")
    page.keyboard.type("search has no such place")
    expect(page.locator(".palette-none")).to_be_visible()
    page.locator("#palette-query").fill("e")
    expect(page.locator("#palette-hits .hit").nth(1)).to_be_visible()
    target = page.locator("#palette-hits .hit").nth(1).get_attribute("href")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}*")


def test_a_slash_in_a_field_is_a_slash(tab: MakeTab) -> None:
    page = tab().open("/search/")
    page.locator("#search-query").press("/")
    expect(page.locator("#search-query")).to_have_value("/")
    expect(page.locator("#palette")).not_to_be_visible()


def test_the_theme_changes_charts_too_and_is_there_before_the_next_page_is_drawn(tab: MakeTab) -> None:
    opened = tab(color_scheme="light")
    page = opened.open(GUIDE)
    charts_drawn(page)
    background = "getComputedStyle(document.documentElement).backgroundColor"
    paper = page.locator("[data-chart=sli] .main-svg").first
    before = page.evaluate(background)
    expect(paper).to_have_css("background-color", "rgb(255, 255, 255)")
    page.locator("summary.own").click()
    page.locator("[data-theme-form] button[value=dark]").click()
    expect(paper).not_to_have_css("background-color", "rgb(255, 255, 255)")
    assert page.evaluate(background) != before
    page.reload(wait_until="commit")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert opened.console == []


def test_without_javascript_the_tables_show_and_the_forms_work(tab: MakeTab) -> None:
    opened = tab(java_script_enabled=False)
    page = opened.open(f"{GUIDE}?tab=charts")
    expect(page.locator("#chart-burn-table")).to_be_visible()
    expect(page.locator("[data-chart-png]").first).not_to_be_visible()
    page.locator(".topbar summary").first.click()
    page.locator("input[name=from]").fill("2026-03-01T00:00")
    page.locator("input[name=to]").fill("2026-03-02T12:00")
    page.get_by_role("button", name="Show this range").click()
    assert "tab=charts" in page.url
    expect(page.locator(".range-label")).to_have_text("2026-03-01 00:00 to 2026-03-02 12:00 UTC")
    page.locator(".topbar summary").first.click()
    page.locator("#range-zone").fill("Asia/Kolkata")
    page.get_by_role("button", name="Set").click()
    expect(page.locator(".range-label")).to_have_text("2026-03-01 00:00 to 2026-03-02 12:00 IST")
    page.locator("summary.own").click()
    page.locator("button[value=dark]").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_refresh_keeps_the_drawing_the_focus_and_the_height(tab: MakeTab) -> None:
    opened = tab()
    page = opened.open(GUIDE)
    charts_drawn(page)
    page.evaluate("document.querySelector('[data-chart=burn] .chart-plot').dataset.mark = 'the same element'")
    page.locator("[data-chart=burn] [data-chart-table]").click()
    page.locator("#live-part a").focus()
    before = page.locator("#live-part").bounding_box()
    refresh(page)
    charts_drawn(page)
    expect(page.locator("[data-chart=burn] .chart-plot")).to_have_attribute("data-mark", "the same element")
    expect(page.locator("#chart-burn-table")).to_be_visible()
    expect(page.locator("#live-part a")).to_be_focused()
    assert page.locator("#live-part").bounding_box() == before
    assert opened.console == []


def test_a_hidden_tab_rests_and_catches_up_when_it_is_seen_again(tab: MakeTab) -> None:
    opened = tab()
    opened.page.add_init_script(
        "window.isHidden = false; Object.defineProperty(document, 'hidden', { get: () => window.isHidden });"
    )
    page = opened.open(GUIDE)
    charts_drawn(page)
    page.clock.install()
    page.evaluate("window.isHidden = true; document.dispatchEvent(new Event('visibilitychange'))")
    asked = len(opened.requests)
    page.evaluate("htmx.trigger('#live-part', 'refresh')")
    page.clock.run_for(6000)
    assert len(opened.requests) == asked
    with page.expect_response("**/styleguide/live/"):
        page.evaluate("window.isHidden = false; document.dispatchEvent(new Event('visibilitychange'))")


def test_a_refresh_that_fails_marks_the_numbers_as_stale(tab: MakeTab) -> None:
    opened = tab()
    page = opened.open(GUIDE)
    charts_drawn(page)

    def refuse(route: Route) -> None:
        route.fulfill(status=503, body="")

    page.route("**/styleguide/live/", refuse)
    expect(page.locator("#live-part .stale-mark")).not_to_be_visible()
    page.evaluate("htmx.trigger('#live-part', 'refresh')")
    expect(page.locator("#live-part .stale-mark")).to_be_visible()
    charts_drawn(page)


def test_a_chart_is_saved_as_picture_and_as_numbers(tab: MakeTab, tmp_path: Path) -> None:
    opened = tab()
    page = opened.open(f"{GUIDE}?from=2026-03-01T00:00Z&to=2026-03-08T00:00Z")
    charts_drawn(page)
    with page.expect_download() as download:
        page.locator("[data-chart=burn] [data-chart-csv]").click()
    download.value.save_as(tmp_path / "burn.csv")
    assert download.value.suggested_filename == "styleguide-burn.csv"
    assert (tmp_path / "burn.csv").read_bytes().splitlines() == [
        b"Window,Burn rate", b"5m,0.2", b"30m,1.4", b"1h,6.1", b"2h,3.9", b"6h,2.0", b"1d,", b"3d,0.8",
    ]  # fmt: skip
    with page.expect_download() as download:
        page.locator("[data-chart=sli] [data-chart-png]").click()
    download.value.save_as(tmp_path / "sli.png")
    picture = (tmp_path / "sli.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[20:24]) == 2 * (280 + 30)
    assert opened.console == []


def test_a_formula_stays_text_in_the_saved_numbers(tab: MakeTab, tmp_path: Path) -> None:
    page = tab().open(GUIDE)
    charts_drawn(page)
    with page.expect_download() as download:  # in one go: the table refreshes by itself
        page.evaluate(
            "document.querySelectorAll('#chart-burn-table td').forEach((cell, index) => "
            "{ cell.dataset.value = ['=1+1', '-2.5', '@x', 'a,\"b\"'][index] ?? '' });"
            "document.querySelector('[data-chart=burn] [data-chart-csv]').click()"
        )
    download.value.save_as(tmp_path / "burn.csv")
    assert (tmp_path / "burn.csv").read_bytes().splitlines()[1:3] == [b"'=1+1,-2.5", b'\'@x,"a,""b"""']


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        pytest.param(
            "UTC", r"2026-10-2\d \d\d:00 UTC · 2026-10-2\d \d\d:00 America/New_York", id="UTC and the browser's"
        ),
        pytest.param(
            "Asia/Kolkata", r"2026-10-2\d \d\d:00 UTC · 2026-10-2\d \d\d:30 Asia/Kolkata", id="UTC and the page's"
        ),
    ],
)
def test_hovering_tells_utc_and_local_time(tab: MakeTab, zone: str, words: str) -> None:
    page = tab().open(f"{GUIDE}?from=2026-10-22T00:00Z&to=2026-10-29T00:00Z&tz={zone}")
    charts_drawn(page)
    plot = page.locator("[data-chart=sli] .chart-plot")
    plot.scroll_into_view_if_needed()
    plot.hover(position={"x": 120, "y": 120})
    expect(page.locator("[data-chart=sli] .chart-when")).to_have_text(re.compile(words))


def test_hovering_is_exact_on_both_sides_of_a_clock_change(tab: MakeTab) -> None:
    page = tab().open(f"{GUIDE}?from=2026-10-22T00:00Z&to=2026-10-29T00:00Z&tz=Europe/Berlin")
    charts_drawn(page)
    plot = page.locator("[data-chart=sli] .chart-plot")
    plot.scroll_into_view_if_needed()
    for x, hours in ((100, 2), (500, 1)):
        when = page.locator("[data-chart=sli] .chart-when")
        page.mouse.move(5, 5)
        expect(when).to_have_text("Europe/Berlin, UTC+01:00")
        plot.hover(position={"x": x, "y": 120})
        expect(when).to_contain_text("UTC · ")
        utc, local = re.findall(r"(\d\d):\d\d (?:UTC|Europe)", when.inner_text())
        assert (int(local) - int(utc)) % 24 == hours


def test_the_page_does_not_jump_while_it_loads(tab: MakeTab) -> None:
    opened = tab()
    opened.page.add_init_script(
        "window.shifts = []; new PerformanceObserver((list) => list.getEntries().forEach((entry) => "
        "window.shifts.push(entry.value))).observe({ type: 'layout-shift', buffered: true });"
    )
    page = opened.open("/styleguide/")
    charts_drawn(page)
    assert sum(page.evaluate("window.shifts")) < 0.005


def test_without_plotly_the_table_takes_its_place(tab: MakeTab) -> None:
    opened = tab()
    opened.page.route("**/plotly.min.js", lambda route: route.abort())
    page = opened.open(GUIDE)
    expect(page.locator("#chart-burn-table")).to_be_visible()
    expect(page.locator("[data-chart=burn] .chart-plot")).to_contain_text("could not be drawn")


def test_a_page_without_charts_fetches_no_plotly(tab: MakeTab) -> None:
    opened = tab()
    opened.open("/search/").wait_for_load_state("networkidle")
    assert not [url for url in opened.requests if "plotly" in url]
    assert opened.console == []


def test_copying_says_that_it_copied(tab: MakeTab) -> None:
    page = tab(permissions=["clipboard-read", "clipboard-write"]).open(GUIDE)
    page.locator("[data-copy=sample-code]").click()
    expect(page.locator("[data-copy=sample-code]")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -H")


def test_paper_shows_the_content_alone(tab: MakeTab) -> None:
    page = tab().open(GUIDE)
    page.emulate_media(media="print")
    for selector in (".rail", ".topbar", ".page-actions"):
        expect(page.locator(selector)).not_to_be_visible()
    expect(page.locator("h1")).to_be_visible()
