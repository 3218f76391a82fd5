import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, sync_playwright

from harness import document
from loadtests.analysis import pages
from loadtests.measure import run as runs
from loadtests.tests.analysis import synthetic

MADE = ("report.md", "report.html", "picture.svg")


@pytest.mark.parametrize("name", pages.published())
def test_a_published_page_is_made_again_byte_for_byte(name: str, tmp_path: Path) -> None:
    published = runs.read(name)
    copy = tmp_path / name
    copy.mkdir()
    for path in published.folder.iterdir():
        if path.name not in MADE:
            (copy / path.name).write_bytes(path.read_bytes())
    pages.write(runs.read(name, tmp_path))
    for file in MADE:
        kept, again = published.folder / file, copy / file
        assert kept.exists() == again.exists()
        assert not kept.exists() or again.read_bytes() == kept.read_bytes(), file


def test_the_pages_over_all_are_made_again_byte_for_byte(tmp_path: Path) -> None:
    root = runs.RESULTS.parent
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_bytes((root / "README.md").read_bytes())
    pages.over_all(tmp_path)
    made = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert Path("docs/cost/parts.svg") in made
    for path in made:
        assert (tmp_path / path).read_bytes() == (root / path).read_bytes(), path


@pytest.mark.parametrize("name", ["choosing.md", "cost.md"])
def test_every_link_of_a_page_leads_to_a_heading(name: str) -> None:
    docs = runs.RESULTS.parent / "docs"
    for target in re.findall(r"\]\(([^)]+)\)", (docs / name).read_text()):
        path, _, place = target.partition("#")
        page = docs / path
        assert page.exists(), target
        headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE) if place else []
        assert not place or place in map(document.anchor, headings), target


def test_the_page_for_choosing_is_one_screen() -> None:
    text = (runs.RESULTS.parent / "docs" / "choosing.md").read_text()
    prose = re.sub(r"\]\([^)]*\)", "", text)
    assert len(prose.split()) <= 700
    assert len(re.findall(r"\d[\d,.]*", prose)) <= 60


def test_one_round_makes_a_page_that_claims_nothing_and_names_the_generators() -> None:
    run = replace(synthetic.results(), machine={**synthetic.MACHINE, "wrk": "4.2.0"})
    assert ", k6 v1.0.0 and wrk 4.2.0, load before" in document.markdown(pages.head(run))
    text = document.markdown(pages.blocks(synthetic.results(rounds=1, control=False)))
    assert "1 round cannot tell variants apart: that takes 3." in text
    assert "36 claims 0 are reproduced, 0 are contradicted and 36 are undecided." in text
    assert " to " not in text.split("## Memory")[1].split("##")[0]


def test_the_head_names_the_commit_and_the_groups_that_were_left_out() -> None:
    whole = synthetic.results()
    plan = whole.plan.model_copy(update={"groups": {**whole.plan.groups, "more": "Something else"}})
    run = replace(whole, plan=plan, machine={**synthetic.MACHINE, "commit": "0123456789"})
    text = document.markdown(pages.head(run))
    assert "Not measured in this run: Something else." in text
    assert ", as of commit 0123456. " in text
    assert "Not measured" not in document.markdown(pages.head(whole))


def test_a_run_of_one_service_and_one_without_a_sample_make_a_page() -> None:
    alone = synthetic.changed(
        synthetic.results(), lambda sample: {} if sample.variant == "twin_flask_orm" else None
    )
    assert "not measured: fastapi_sqlite" in document.markdown(pages.blocks(alone))
    empty = synthetic.of("empty", synthetic.plan(), [])
    assert "0 of 0 samples valid" in document.markdown(pages.blocks(empty))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if (program := shutil.which("chromium")) is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=["--no-sandbox"]) as browser,
    ):
        yield browser


@pytest.mark.parametrize("name", pages.published())
@pytest.mark.parametrize(
    ("width", "scheme", "paper"), [(390, "dark", "rgb(20, 24, 29)"), (1280, "light", "rgb(255, 255, 255)")]
)
def test_in_a_browser(
    browser: Browser, name: str, width: int, scheme: Literal["dark", "light"], paper: str
) -> None:
    report = runs.read(name).folder / "report.html"
    messages: list[str] = []
    with browser.new_page(
        viewport={"width": width, "height": 900}, is_mobile=width < 600, color_scheme=scheme
    ) as page:
        page.on("request", lambda request: messages.append(request.url))
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(error.message))
        page.goto(report.as_uri())
        assert messages == [report.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(WIDER) == page.evaluate(SMALL) == []
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper


# What is wider than the window and not inside a box that scrolls
WIDER = """
[...document.body.querySelectorAll('*')]
  .filter(node => !node.closest('.scroll, svg') && node.getBoundingClientRect().right > innerWidth + 0.5)
  .map(node => node.outerHTML.slice(0, 80))
"""
# Text of a drawing that is too small to be read
SMALL = """
[...document.querySelectorAll('svg text')]
  .filter(node => node.getBoundingClientRect().height < 9)
  .map(node => node.textContent)
"""
