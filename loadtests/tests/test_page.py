import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from loadtests.report import loads, page, paper
from loadtests.runner import plan as plans
from loadtests.runner.record import Run
from loadtests.runner.sample import Sample
from loadtests.tests import chromium, synthetic
from loadtests.tests.chromium import Tab
from loadtests.tests.test_curves import growing

SEVEN = [figure.scenario for figure in paper.read().figures]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Synthetic, with a generator-bound service, and a sample that was refused and then measured again."""
    folder = tmp_path_factory.mktemp("results") / "20260101-000000-synthetic"
    folder.mkdir()
    results = synthetic.results()
    refused = results.samples[0].model_copy(update={"invalid": "12 failed checks: 12 x not '<b>status</b>'"})
    samples = [refused, *map(bound, results.samples)]
    (folder / "machine.json").write_text(
        json.dumps({**results.machine, "ceiling_per_second": {"hello": 9000, "echo": 7000}})
    )
    (folder / "samples.jsonl").write_text("".join(f"{each.model_dump_json()}\n" for each in samples))
    (folder / "plan.toml").write_text(plans.as_toml(results.plan))
    run = Run(folder, results.plan)
    page.write(run)
    return run


def bound(sample: Sample) -> Sample:
    if (sample.service, sample.scenario) != ("fastapi_sqlite", "hello"):
        return sample
    return sample.model_copy(update={"bound": "k6 and the service used 97 % of the cores"})


@pytest.fixture(scope="module")
def html(run: Run) -> str:
    return (run.folder / "report.html").read_text()


@pytest.fixture(scope="module")
def markdown(run: Run) -> str:
    return (run.folder / "report.md").read_text()


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_needs_nothing_but_itself(html: str) -> None:
    for tag, attributes in Elements(html).found:
        assert tag != "script"
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,")), (tag, attributes)
    assert not re.search(r"url\((?!#)|@import", html)


@pytest.mark.parametrize("of_rates", [False, True])
def test_no_id_is_there_twice_and_every_link_leads_somewhere(html: str, of_rates: bool) -> None:
    html = page.html(page.everything(growing())) if of_rates else html
    attributes = [attributes for _, attributes in Elements(html).found]
    ids = [each["id"] for each in attributes if "id" in each]
    assert len(ids) == len(set(ids))
    links = {str(each[name])[1:] for each in attributes for name in ("href", "xlink:href") if name in each}
    assert links - {"ata:,"} <= set(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(ids)


def test_every_figure_can_be_read_aloud(html: str) -> None:
    drawings = [attributes for tag, attributes in Elements(html).found if tag == "svg"]
    assert len(drawings) == 1 + 2 * len(SEVEN) + 2
    for each in drawings:
        assert each["role"] == "img"
        assert str(each["aria-labelledby"]).split() == [f"{each['id']}-title", f"{each['id']}-desc"]
    assert (
        "fastapi_sqlite 3,600, published 4783" not in html
    )  # a service is not the study's application: its twin is
    assert re.search(r"twin_fastapi_sqlite [\d,]+, published 4783", html)


def test_what_a_sample_says_is_text_and_not_markup(html: str) -> None:
    assert "&lt;b&gt;status" in html
    assert "<b>status" not in html


def test_both_reports_tell_the_same(html: str, markdown: str) -> None:
    for text in (html, markdown):
        assert "539 of 539 samples valid" in text
        assert "12 failed checks" in text
        assert "generator-bound" in text
        assert "9,000 req/s (hello), 7,000 req/s (echo)" in text
        assert "No Django REST framework for Django 5.2 has this version" in text
    assert "<code>django-rest-framework</code>" in html


def test_the_markdown_has_the_studys_figures_beside_ours(markdown: str) -> None:
    assert re.search(r"\| twin_fastapi_orm \|.*\| 168\.8 \|", markdown)
    assert (
        "| variant | hello | echo | list_items | get_item | create_item | replace_item | delete_item |"
        in markdown
    )


def test_every_claim_has_an_outcome(html: str) -> None:
    ids = {attributes.get("id") for tag, attributes in Elements(html).found if tag == "li"}
    assert {claim.id for claim in paper.read().claims} <= ids


def test_the_picture_is_a_file_of_its_own(run: Run) -> None:
    picture = (run.folder / "picture.svg").read_text()
    root = ElementTree.fromstring(picture)  # noqa: S314 - our own
    assert root.get("width") == "800"
    assert "prefers-color-scheme: dark" in picture
    assert set(re.findall(r"var\((--\w+)\)", picture)) <= set(re.findall(r"(--\w+):", picture))


def test_a_single_round_makes_a_report_that_claims_nothing() -> None:
    shown = page.everything(synthetic.results(rounds=1, twins=False, control=False))
    text = page.markdown(shown)
    assert "1 round cannot tell services apart: that takes 5." in text
    assert shown["outcomes"] == {"undecided": len(paper.read().claims)}
    assert "1 round cannot tell" in page.html(shown)


def test_a_run_of_one_service_makes_a_report() -> None:
    results = synthetic.results(rounds=5, twins=False, control=False)
    alone = tuple(each for each in results.samples if each.service == "flask_orm")
    text = page.html(page.everything(type(results)("alone", results.plan, results.machine, alone)))
    assert "not measured: fastapi_sqlite" in text


def test_a_run_without_a_sample_makes_a_report() -> None:
    results = synthetic.results(rounds=5)
    shown = page.everything(type(results)("empty", results.plan, results.machine, ()))
    assert "0 of 385 samples are valid" in page.html(shown)
    assert "0 of 385 samples valid" in page.markdown(shown)


def test_a_run_of_growing_rates_has_its_load_curves() -> None:
    shown = page.everything(growing())
    assert list(shown["figures"]) == ["load-hello"]
    assert "<td>200 <span" in page.html(shown)


def test_a_rate_that_is_the_highest_of_all_is_only_a_lower_bound() -> None:
    results = growing()
    kept = tuple(each for each in results.samples if each.rate <= 200)
    results = type(results)("growing", results.plan, results.machine, kept)
    assert loads.table(results, "hello").lines == [("fastapi_sqlite", "1", "at least 200 (200 to 200)")]


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    if (program := chromium.binary()) is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with chromium.tab(program) as opened:
        yield opened


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser(run: Run, tab: Tab, width: int, dark: bool) -> None:
    report = run.folder / "report.html"
    tab.open(report, width, dark=dark)
    assert tab.complaints() == []
    assert tab.requested() == [report.as_uri()]
    assert tab.tell("document.documentElement.scrollWidth") == width
    assert tab.tell(WIDER) == []
    drawn = tab.tell(DRAWN)
    assert len(drawn) == 1 + 2 * len(SEVEN) + 2
    hidden = {"picture"} if width == 390 else set()
    assert {name for name, wide, shapes in drawn if not (wide > 300 and shapes > 5)} == hidden
    assert tab.tell("getComputedStyle(document.body).backgroundColor") == (
        "rgb(20, 24, 29)" if dark else "rgb(255, 255, 255)"
    )
    assert tab.tell(PALE) == []


# What is wider than the window and not inside a box that scrolls
WIDER = """
[...document.body.querySelectorAll('*')]
  .filter(each => !each.closest('.scroll, pre, svg') && each.getBoundingClientRect().right > innerWidth + 0.5)
  .map(each => each.outerHTML.slice(0, 80))
"""
DRAWN = """
[...document.querySelectorAll('svg')].map(each =>
  [each.id, each.getBoundingClientRect().width, each.querySelectorAll('path, use, text').length])
"""
# Text of a figure that has no colour of the style sheet, and would be lost in the dark or in the light
PALE = """
[...document.querySelectorAll('svg text')].filter(each => !each.style.fill.startsWith('var('))
  .map(each => each.textContent)
"""
