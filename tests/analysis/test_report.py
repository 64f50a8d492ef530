from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from synthetic import HOSTILE_NAME, invented_analysis, invented_points, shared_analysis, shared_report

from analysis.document import document, escaped_markdown, html, markdown
from analysis.figures.gallery import Gallery, Wall
from analysis.headline import halving, halving_sentence, how_to_read
from analysis.model_comparison import compare_models
from analysis.output import report_files
from analysis.records import Coefficient, Computing, Estimator, Fit, Form, Subject
from analysis.report import Analysis, Changes, PointChange, SlopeCause, SlopeChange
from analysis.wording import factor, flop, plain, power_of_ten, safe_url
from db.stated_models import StatedModel

VOID = {"meta", "link", "img", "br", "hr", "input"}
SUBJECT = Subject("db", "imagenet", "top1_accuracy", Form.POLYNOMIAL, Computing.HARDWARE_BURDEN)


class Page(HTMLParser):
    """Elements with their attributes, and the texts of tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.cells: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.cells[-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def without_figures(analysis: Analysis) -> str:
    return html(document(analysis, Gallery(slopes=Wall(), tasks={}, comparison=None)), has_files=False)


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(shared_report()["index.html"].decode())


@pytest.fixture(scope="module")
def single_page() -> Page:
    return Page(dict(report_files(invented_analysis(invented_points(12)), ("html",)))["index.html"].decode())


def rendered(text: str) -> list[Token]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return tokens + [child for token in tokens for child in token.children or []]


def fit(slope: Coefficient, form: Form = Form.POLYNOMIAL) -> Fit:
    return Fit(replace(SUBJECT, form=form), 36, (Coefficient("intercept", -1.1563), slope))


def test_half_the_error_takes_two_to_the_power_of_one_over_the_slope() -> None:
    found = halving(fit(Coefficient("slope", 0.0933, low=0.075, high=0.112)))
    assert found.log10_factor is not None and found.log10_low is not None and found.log10_high is not None
    assert 10**found.log10_factor == pytest.approx(2 ** (1 / 0.0933))
    assert 10**found.log10_low == pytest.approx(2 ** (1 / 0.112))
    assert 10**found.log10_high == pytest.approx(2 ** (1 / 0.075))
    sentence = halving_sentence(fit(Coefficient("slope", 0.0933, low=0.075, high=0.112)))
    assert sentence == (
        "ImageNet, top-1 accuracy (this database, 36 models): half the error takes ×1,700 the hardware burden "
        "(95 % interval ×490 to ×10,000)."
    )


def test_a_slope_that_may_be_nothing_has_no_upper_end_and_one_below_zero_no_factor() -> None:
    uncertain = halving_sentence(fit(Coefficient("slope", 0.02, low=-0.01, high=0.05)))
    assert "at least ×" in uncertain and "no upper end" in uncertain
    assert "no factor halves it" in halving_sentence(fit(Coefficient("slope", -0.02, low=-0.05, high=0.01)))
    with pytest.raises(ValueError, match="exponential"):
        halving(fit(Coefficient("slope", 1.2), Form.EXPONENTIAL))


def test_the_line_of_most_models_says_how_to_read_and_lines_that_may_be_flat_are_counted() -> None:
    steep = fit(Coefficient("slope", 0.0933, low=0.075, high=0.112))
    flat = fit(Coefficient("slope", 0.02, low=-0.01, high=0.05))
    falling = fit(Coefficient("slope", -0.02, low=-0.05, high=0.01))
    text = how_to_read([flat, steep, replace(steep, n=12), falling])
    assert halving_sentence(steep) in text and "12 models" not in text
    assert "Of 4 lines on the hardware burden, 2 may be flat" in text
    assert "Read the table" not in how_to_read([flat]) and "may be flat" not in how_to_read([steep])


def test_each_figure_stands_in_the_page_once_and_is_loaded_when_the_reader_comes_to_it(page: Page) -> None:
    frames = page.all("iframe")
    assert sorted(frame["src"] or "" for frame in frames) == sorted(
        name for name in shared_report() if name.endswith(".svg")
    )
    assert all(frame["loading"] == "lazy" and frame["title"] for frame in frames)
    assert not page.all("svg")
    assert len(shared_report()["index.html"]) < 300_000


def test_without_files_beside_it_the_page_holds_the_figures_itself(page: Page, single_page: Page) -> None:
    assert not single_page.all("iframe")
    assert len(single_page.all("svg")) == len(single_page.all("figure")) > 1
    assert len(page.all("iframe")) == len(page.all("figure"))
    assert all(each.get("role") == "img" and each.get("aria-label") for each in single_page.all("svg"))
    assert all(each.get("tabindex") == "-1" for each in single_page.all("a") if "xlink:href" in each)
    ids = [each["id"] for _, each in single_page.elements if "id" in each]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", ["page", "single_page"])
def test_the_page_asks_nothing_of_the_network_and_runs_nothing(kind: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(kind)
    assert not {name for name, _ in page.elements} & {"script", "link", "img", "object", "embed", "image"}
    for name, attributes in page.elements:
        for key, value in attributes.items():
            assert not key.startswith("on"), (name, key)
            assert "javascript:" not in (value or "") or key == "aria-label", (name, key)
            if name == "iframe" and key == "src":
                assert value in shared_report()
            elif key in ("href", "xlink:href", "src"):
                assert (value or "").startswith("#") or (name == "a" and safe_url(value)), (name, value)
            assert "url(h" not in (value or "")


def test_a_hostile_name_stands_on_the_page_as_text(page: Page) -> None:
    assert any("<script>alert(1)</script>" in cell for cell in page.cells)


def test_tables_and_figures_speak_to_those_who_do_not_see_them(page: Page) -> None:
    tables = page.all("table")
    assert len(page.all("caption")) == len(tables) > 8
    assert {each.get("scope") for each in page.all("th")} == {"col", "row"}
    ids = [each["id"] for _, each in page.elements if "id" in each]
    assert len(ids) == len(set(ids))
    anchors = {(each.get("href") or "")[1:] for each in page.all("a") if (each.get("href") or "").startswith("#")}
    assert anchors and anchors <= set(ids)


def test_refusals_and_points_left_out_are_told_with_their_reason(page: Page) -> None:
    reason = page.cells.index("3 points; a line needs 5.")
    assert page.cells[reason + 1].startswith("conversion, polynomial, exponential, ")
    row = page.cells.index("computing unknown")
    assert page.cells[row - 3 : row] == ["ImageNet, top-1 accuracy", "authors, 2022", "hardware burden"]
    assert page.cells[row + 1] == "3"


def test_what_changed_and_why_is_told() -> None:
    changes = Changes(
        since="2026-11-25 02:00 UTC",
        data_digest_before="ab" * 32,
        slopes=(SlopeChange(SUBJECT, 50, 54, 0.0893, 0.0901),),
        points=(PointChange("db:1", "value 83.1 → 83.4", "Net", "A paper", "https://arxiv.org/abs/1706.03762"),),
        causes=(SlopeCause(SUBJECT, "review", 1, 0.0893, 0.0901),),
    )
    page = Page(without_figures(invented_analysis(invented_points(8), changes=changes)))
    assert {"0.0893", "0.0901", "0.0008", "review", "value 83.1 → 83.4"} <= set(page.cells)
    assert {"href": "https://arxiv.org/abs/1706.03762", "rel": "noopener noreferrer"} in page.all("a")


def test_the_same_data_as_before_are_told_as_such() -> None:
    analysis = invented_analysis(invented_points(8))
    same = replace(analysis, changes=Changes("yesterday", analysis.data_digest, (), ()))
    assert "The data are the same." in without_figures(same)
    assert "no run before this one" in without_figures(analysis)


def test_the_page_says_how_to_make_it_again() -> None:
    analysis = shared_analysis()
    text = shared_report()["index.html"].decode()
    assert f"sha256 {analysis.data_digest}" in text
    assert "<code>burden analyze -o report</code>" in text
    assert all(source in text for source in analysis.constants.sources)


def test_a_report_without_a_single_fit_is_still_a_report() -> None:
    text = without_figures(invented_analysis(invented_points(2)))
    assert "No benchmark has enough points" in text and "2 points; a line needs 5." in text


def test_markdown_has_the_tables_of_the_page_and_no_markup_of_strangers(page: Page) -> None:
    tokens = rendered(shared_report()["report.md"].decode())
    kinds = [token.type for token in tokens]
    assert kinds.count("table_open") == len(page.all("table"))
    assert kinds.count("tr_open") == len(page.all("tr"))
    assert kinds.count("td_open") + kinds.count("th_open") == len(page.cells)
    assert not {"html_inline", "html_block"} & set(kinds)
    addresses = [str(token.attrGet("href")) for token in tokens if token.type == "link_open"]
    assert addresses and all(address.startswith("https://arxiv.org/abs/") for address in addresses)
    pictures = [str(token.attrGet("src")) for token in tokens if token.type == "image"]
    assert pictures and set(pictures) == {name for name in shared_report() if name.endswith(".svg")}


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE_NAME,
        "# head",
        "1. one",
        "- item",
        "> quote",
        "| a | b |",
        "a_b_c *d* `e`",
        "&lt;b&gt; <i>",
        "~~x~~",
        "\\[x](y)",
        "<https://evil.example>",
        "+ plus",
        "== under",
        "![x](y)",
    ],
)
def test_markdown_prints_foreign_text_as_it_is(text: str) -> None:
    tokens = rendered(escaped_markdown(text))
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "text", "text_special", "paragraph_close"}
    printed = "".join(token.content for token in tokens if token.type in ("text", "text_special"))
    assert printed == " ".join(text.split())


def test_markdown_without_pictures_names_none() -> None:
    gallery = Gallery(slopes=Wall(), tasks={}, comparison=None)
    analysis = invented_analysis(invented_points(8))
    assert "![" not in markdown(document(analysis, gallery), None)


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://arxiv.org/abs/1706.03762", True),
        ("http://example.org/a?b=c&d=%22", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example", False),
        ("https:///path", False),
        ("https://[", False),
        ("https://a.b/\n", False),
        ("https://a.b/ c", False),
        ("https://a.b/" + "x" * 3_000, False),
        (None, False),
        (float("nan"), False),
    ],
)
def test_only_addresses_of_the_web_are_linked(url: object, is_safe: bool) -> None:
    assert safe_url(url) == (url if is_safe else None)


def test_foreign_texts_are_one_bounded_line() -> None:
    assert plain("Net\n\x00\u202eA\u200b  B") == "Net A B"
    assert len(plain("x" * 10_000)) == 160
    assert plain(None) == plain(float("nan")) == ""


def test_numbers_in_words() -> None:
    assert (power_of_ten(20), power_of_ten(20.46), power_of_ten(-3)) == ("10²⁰", "10²⁰·⁵", "10⁻³")
    assert (flop(1.14e20), flop(9.99e19), flop(float("nan")), flop(0.0)) == ("1.1 × 10²⁰", "1.0 × 10²⁰", "–", "–")
    assert (factor(1.53), factor(3.18), factor(21.2), factor(-0.3), factor(None)) == (
        "×34",
        "×1,500",
        "×10²¹",
        "×0.5",
        "–",
    )


def test_estimators_other_than_least_squares_are_shown(page: Page) -> None:
    for estimator in set(Estimator) - {Estimator.ORDINARY, Estimator.TIME_TREND}:  # charts over the years alone use it
        assert estimator.value in page.cells


def test_training_of_models_without_results_is_laid_beside_an_import_s() -> None:
    ours = StatedModel("db", "a", "2001.00001", "Heron", "run", "NVIDIA Tesla V100", 8, 48.0, 2e19)
    theirs = StatedModel("epoch", "b", "2001.00001", "heron", None, "V100", 8, 24.0, 1e19, None, 5e18)
    told = without_figures(replace(shared_analysis(), models=compare_models([ours, theirs])))
    page = Page(told)
    assert "8 × NVIDIA Tesla V100" in page.cells and "8 × V100" in page.cells
    assert "hardware burden beside training compute" in page.cells and "×4" in page.cells
    nothing = replace(shared_analysis(), models=compare_models([ours]))
    assert "Training, model by model" not in without_figures(nothing)
