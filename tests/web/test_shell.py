"""The frame of every page: rail, range picker, theme, search, banners, static files."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Context, Template
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone

from reliability.urls import urlpatterns as real_urlpatterns
from reliability.web import banners, navigation, search
from reliability.web.banners import Banner
from reliability.web.finders import PlotlyFinder
from reliability.web.navigation import Place
from reliability.web.search import Hit
from reliability.web.timerange import TimeRange

Browser = Callable[[str], Client]
SEARCH = "/search/"


def _timeless(request: HttpRequest) -> HttpResponse:
    """A page that shows the range picker and reads no range."""
    return render(request, "base.html")


def _week(request: HttpRequest) -> HttpResponse:
    """A page that shows a week unless told otherwise."""
    TimeRange.from_request(request, now=timezone.now(), default="7d")
    return render(request, "base.html")


urlpatterns = [*real_urlpatterns, path("timeless/", _timeless), path("week/", _week)]


@pytest.fixture
def registries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_PLACES", dict(navigation._PLACES))
    monkeypatch.setattr(banners, "_PROVIDERS", {})
    monkeypatch.setattr(search, "_PROVIDERS", {})


def test_the_rail_shows_the_places_and_where_one_is(as_: Browser) -> None:
    request_page = as_("viewer").get("/search/?range=7d&tz=Europe/Berlin").content.decode()
    assert re.findall(r'class="rail-link" href="([^"]+)"', request_page) == [
        f"{path}?range=7d&amp;tz=Europe%2FBerlin"
        for path in (entry.path for entry in navigation.places() if entry.group == "main")
    ] + [
        f"{path}?range=7d&amp;tz=Europe%2FBerlin"
        for path in (entry.path for entry in navigation.places() if entry.group == "below")
    ]
    assert [entry.path for entry in navigation.places()][:3] == ["/", "/incidents/", "/slos/"]


@pytest.mark.parametrize("path", ["/", "/slos/", "/services/"])
def test_the_overview_is_here_only_on_its_own_page(as_: Browser, path: str) -> None:
    page = as_("viewer").get(path).content.decode()
    assert re.findall(r'class="rail-link" href="([^"]+)" aria-current="page"', page) == [path]


@pytest.mark.usefixtures("registries")
def test_a_room_adds_its_place_once(as_: Browser) -> None:
    place = Place("drills", "Drills", "/search/", "bell", 5)
    navigation.register_place(place)
    navigation.register_place(place)
    page = as_("viewer").get(SEARCH).content.decode()
    assert re.search(r'class="rail-link" href="/search/" aria-current="page"', page)
    with pytest.raises(ValueError, match="choose another slug"):
        navigation.register_place(Place("drills", "Others", "/others/", "bell", 6))


@pytest.mark.usefixtures("registries")
def test_a_place_counts_what_is_open_and_says_of_what(as_: Browser) -> None:
    navigation.register_place(Place("drills", "Drills", "/drills/", "bell", 5, count=lambda _: 1234, count_noun="open"))
    page = as_("viewer").get(SEARCH).content.decode()
    assert re.search(r'rail-count">1,234<span class="visually-hidden"> open', page)


@pytest.mark.usefixtures("registries")
def test_a_count_that_fails_takes_no_page_down(as_: Browser) -> None:
    def broken(_: object) -> int:
        raise LookupError

    navigation.register_place(Place("drills", "Drills", "/drills/", "bell", 5, count=broken))
    page = as_("viewer").get(SEARCH)
    assert page.status_code == 200
    assert "Drills" in page.content.decode()


def test_nobody_signed_in_sees_no_rail_and_no_search(as_: Browser) -> None:
    page = as_("anonymous").get("/nowhere/").content.decode()
    assert 'class="rail"' not in page
    assert 'id="palette"' not in page


@pytest.mark.urls(__name__)
def test_the_range_form_keeps_the_filters_but_not_the_page_number(as_: Browser) -> None:
    page = as_("viewer").get("/timeless/?q=a%22b&state=met&state=breached&page=3&range=7d").content.decode()
    form = page[page.index('class="range-form"') : page.index("</form>", page.index('class="range-form"'))]
    assert re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form) == [
        ("q", "a&quot;b"),
        ("state", "met"),
        ("state", "breached"),
        ("tz", "UTC"),
    ]
    assert re.search(
        r'<a href="\?q=a%22b&amp;state=met&amp;state=breached&amp;range=7d" aria-current="true">7d</a>', page
    )


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "label"),
    [("/week/", "Last 7 days"), ("/week/?range=1d", "Last 1 day"), ("/timeless/", "Last 28 days")],
    ids=["the page's own default", "what the address says", "the default of all pages"],
)
def test_the_picker_shows_the_range_of_the_page(as_: Browser, address: str, label: str) -> None:
    assert f'<span class="range-label">{label}</span>' in as_("viewer").get(address).content.decode()


@pytest.mark.urls(__name__)
def test_a_mistake_in_the_range_is_said_in_the_picker_of_a_page_that_has_no_time(as_: Browser) -> None:
    page = as_("viewer").get("/timeless/?tz=Mars/Olympus").content.decode()
    assert re.search(r'<p class="error" role="alert">[^<]*is not a time zone', page)
    assert 'data-zone="UTC"' in page


@pytest.mark.parametrize(
    ("cookie", "theme"),
    [(None, "system"), ("dark", "dark"), ("light", "light"), ('"><script>', "system")],
    ids=["no choice", "dark", "light", "an attack"],
)
def test_the_theme_of_the_cookie_is_in_the_first_byte_of_the_page(as_: Browser, cookie: str | None, theme: str) -> None:
    client = as_("viewer")
    if cookie is not None:
        client.cookies["theme"] = cookie
    assert f'data-theme="{theme}"' in client.get(SEARCH).content.decode()


@pytest.mark.parametrize(
    ("back", "target"),
    [("/slos/?q=a", "/slos/?q=a"), ("https://evil.example/", "/"), ("//evil.example/", "/")],
    ids=["our own page", "another site", "another site without a scheme"],
)
@pytest.mark.django_db
def test_choosing_a_theme_without_javascript_leads_back(back: str, target: str) -> None:
    response = Client().post("/theme/", {"theme": "dark", "next": back})
    assert response["Location"] == target
    assert response.cookies["theme"].value == "dark"


@pytest.mark.django_db
def test_an_unknown_theme_is_not_kept() -> None:
    assert "theme" not in Client().post("/theme/", {"theme": "neon", "next": "/"}).cookies


@pytest.mark.usefixtures("registries")
def test_search_asks_every_room_as_the_caller(as_: Browser) -> None:
    asked: list[tuple[str, str]] = []

    def provider(request: HttpRequest, query: str, limit: int) -> list[Hit]:
        asked.append((request.caller.name, query))  # type: ignore[attr-defined]  # the access middleware sets it
        return [Hit("Objective", f"Found <{limit}>", "/slos/found/", "Payments")]

    search.register_search("slo", provider)
    page = as_("viewer").get(SEARCH, {"q": "  service  "}).content.decode()
    assert asked
    assert asked[0][1] == "service"
    assert "Found &lt;8&gt;" in page
    assert page.index('class="hit-title">Services') < page.index("Found &lt;")


@pytest.mark.usefixtures("registries")
def test_the_palette_gets_the_list_alone(as_: Browser) -> None:
    page = as_("viewer").get(SEARCH, {"q": "obj"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert 'href="/slos/"' in page


def test_search_for_nothing_known_says_so(as_: Browser) -> None:
    page = as_("viewer").get(SEARCH, {"q": "zebra<b>" + "x" * 200}).content.decode()
    assert "Nothing is called “zebra&lt;b&gt;" in page


@pytest.mark.usefixtures("registries")
def test_banners_come_most_urgent_first_and_a_broken_provider_takes_no_page_down(as_: Browser) -> None:
    def broken(request: HttpRequest) -> list[Banner]:
        raise RuntimeError("database gone")

    banners.register_banner("info", lambda request: [Banner("info", "A backfill is running.")])
    banners.register_banner("broken", broken)
    banners.register_banner("bad", lambda request: [Banner("bad", "No telemetry.", "/sources/", "Look")])
    response = as_("viewer").get(SEARCH)
    page = response.content.decode()
    assert response.status_code == 200
    assert page.index("No telemetry.") < page.index("A backfill is running.")
    assert 'role="alert"' in page


def test_zone_names_are_fetched_once_a_day(as_: Browser) -> None:
    response = as_("viewer").get("/zones/")
    assert "max-age=86400" in response["Cache-Control"]
    assert response.content.startswith(b'<option value="UTC">')
    assert b'"Europe/Berlin"' in response.content


def test_the_style_guide_is_for_debug_mode(as_: Browser) -> None:
    assert as_("viewer").get("/styleguide/").status_code == 404
    with override_settings(DEBUG=True):
        assert as_("viewer").get("/styleguide/").status_code == 200


def test_the_policy_of_a_page_allows_no_inline_code_and_nothing_from_elsewhere(as_: Browser) -> None:
    policy = as_("viewer").get(SEARCH)["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http:" not in policy
    assert "https:" not in policy
    assert re.search(r"script-src 'self' 'nonce-[^']+'", policy)


# Mail is no page: its clients read no style sheets.
TEMPLATES = [
    path
    for path in sorted((Path(__file__).resolve().parents[2] / "templates").rglob("*.html"))
    if path.name != "mail.html" and path.parent.name != "mail"
]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_nothing_that_the_policy_blocks(template: Path) -> None:
    source = template.read_text()
    assert not re.search(r"\sstyle\s*=", source), "a style attribute is blocked: use a class or an SVG attribute"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", source), "an inline handler is blocked: use a data attribute"
    assert not re.search(r"hx-on|hx-vals\s*=\s*[\"']js:", source), "htmx may not evaluate code here"
    for script in re.findall(r"<script\b([^>]*)>", source):
        assert "src=" in script or 'type="application/json"' in script, "an inline script is blocked"
    assert not re.search(r"<(?:script|link|img|iframe)[^>]*(?:src|href)\s*=\s*[\"'](?:https?:)?//", source)


def test_plotly_is_served_from_the_installed_package() -> None:
    found = finders.find("plotly/plotly.min.js")
    assert isinstance(found, str)
    assert Path(found).stat().st_size > 1_000_000
    finder = PlotlyFinder()
    assert [name for name, _ in finder.list(None)] == ["plotly.min.js"]
    for other in ("plotly/widgetbundle.js", "plotly/../__init__.py", "plotly.min.js"):
        assert not finder.find(other)


def test_collected_files_are_hashed_and_compressed(tmp_path: Path) -> None:
    storages = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
        call_command(
            "collectstatic", verbosity=0, interactive=False, ignore_patterns=["*.min.js", "ninja", "django_htmx"]
        )
        page = Template("{% load static %}{% static 'web/icons.svg' %}#check").render(Context())
    assert re.search(r"^/static/web/icons\.[0-9a-f]{12}\.svg#check$", page)
    assert list(tmp_path.glob("web/charts.*.js.br"))
