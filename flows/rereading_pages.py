"""The report of a re-reading as a document, which is printed as a page or as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from analysis.document import Document, Section
from analysis.tables import Cell, Table, table_of
from analysis.wording import UNKNOWN, decimal, flop, metric_name, number, plain, safe_url, source_name
from flows.rereading_report import Report

_LONGEST_VALUES = 200


def document_of(report: Report, findings: Iterable[str]) -> Document:
    """``findings`` are what the page says first."""
    before = ", ".join(f"{version} ({count:,})" for version, count in report["papers"]["read_before_by"].items())
    return Document(
        title="What reading again has changed",
        lead=(
            f"Extractor {report['extractor_version']}, begun {_moment(report['begun_at'])}, as of"
            f" {_moment(report['made_at'])}. Read before by: {before or 'nobody'}. Earlier readings stay in the"
            " database; what is told here is what counts now beside what counted just before each paper was read again."
        ),
        sections=(
            Section("findings", "Findings", points=tuple(map(_sentence, findings))),
            _gold(report["gold"]),
            _changes(report),
            _reviews(report["reviews"]),
            _burdens(report["burdens"]),
            _laws(report["laws"]),
            _unread(report),
        ),
    )


def _gold(gold: Mapping[str, Any] | None) -> Section:
    title = "For better or worse"
    if gold is None:
        return Section("gold", title, ("No paper of the project's gold data has been read again.",))
    fields = table_of(
        "Fields of training runs",
        "Both readings against gold.",
        "field | #precision before | #now | #recall before | #now | #F1 before | #now | #hits before | #now | #gold",
        (
            (
                row["field"].replace("_", " "),
                *(decimal(row[side][figure], 3) for figure in ("precision", "recall", "f1") for side in _SIDES),
                *(f"{row[side]['hits']:,}" for side in _SIDES),
                f"{row['now']['gold']:,}",
            )
            for row in gold["fields"]
        ),
    )
    differences = table_of(
        "Differences, paired",
        "F1 of fields, shares, and the calibration error (of which less is better). Both readings on the same draws of"
        " papers: where the 95 % interval leaves out 0, the difference is sure.",
        "measure | #before | #now | #difference | #95 % | sure",
        (
            (
                row["measure"].replace("_", " "),
                decimal(row["second"], 3),
                decimal(row["first"], 3),
                decimal(row["difference"], 3),
                " to ".join(decimal(end, 3) for end in row["difference_interval"]),
                ("better" if row["better"] else "worse") if row["certain"] else "",
            )
            for row in gold["differences"]
        ),
    )
    said = (
        f"{gold['papers']} papers of the gold data are stored and have been read by both, without what curators said."
    )
    return Section("gold", title, (said,), tables=_there(differences, fields))


_SIDES = ("before", "now")


def _changes(report: Report) -> Section:
    kinds = table_of(
        "Records",
        "Accepted records as the machine reads them, without reviews. Elsewhere: the same values, by other words or on"
        " another page. From candidates: known before, and accepted only now. Held back: a candidate now.",
        "kind | #same | #elsewhere | #changed | #came | #from candidates | #went | #held back",
        ((_words(row["kind"]), *(f"{row[name]:,}" for name in _RECORD_COLUMNS)) for row in report["records"]),
    )
    fields = table_of(
        "Fields",
        "Values of these records: stated by both, stated otherwise, only now, or no more.",
        "kind | field | #same | #changed | #came | #went",
        (
            (_words(row["kind"]), _words(row["field"]), *(f"{row[name]:,}" for name in _FIELD_COLUMNS))
            for row in report["fields"]
        ),
    )
    facts = table_of(
        "Examples",
        "Of each kind and change the first.",
        "paper | kind | what | #page | before | now | words",
        (
            (
                _paper(row["paper"]),
                _words(row["kind"]),
                row["what"],
                str(row["page"]),
                _values(row["before"], row),
                _values(row["after"], row),
                plain(row["quote"], _LONGEST_VALUES),
            )
            for row in report["facts"]
        ),
        all_in="the JSON",
        is_folded=True,
    )
    return Section("changes", "What came, went and changed", tables=_there(kinds, fields, facts))


_RECORD_COLUMNS = ("same", "elsewhere", "changed", "came", "accepted", "went", "held_back")
_FIELD_COLUMNS = ("same", "changed", "came", "went")


def _reviews(reviews: Mapping[str, Any]) -> Section:
    if not reviews["in_force"]:
        return Section("reviews", "Reviews", ("No review is in force on these papers.",))
    said = (
        f"In force on these papers: {reviews['in_force']:,}, of which {reviews['found_again']:,} found their fact"
        " again. A review that lost its fact stands, and takes hold again if the fact comes back; one of a value"
        " that is another now still overrides, and should be looked at."
    )
    moved = table_of(
        "Reviews that lost their fact, or are of another value",
        "Each with the fact's key, by which the desk shows it.",
        "paper | what | field | decision | reviewer | reason | fact",
        (
            (
                _paper(row["fact_key"].rpartition(":")[0]),
                row["what"],
                _words(row["field"] or "the whole record"),
                row["decision"],
                plain(row["reviewer"], 60),
                plain(row["reason"]),
                row["fact_key"].rpartition(":")[2][:12],
            )
            for row in reviews["moved"]
        ),
        all_in="the JSON",
    )
    return Section("reviews", "Reviews", (said,), tables=_there(moved))


def _burdens(burdens: Mapping[str, Any]) -> Section:
    ratio = burdens["median_ratio"]
    said = (
        f"Of models as runs name them, reviews applied: {burdens['same']:,} stayed, {burdens['changed']:,} changed,"
        f" {burdens['came']:,} came, {burdens['went']:,} went."
        + (f" The median of those that changed is {number(ratio)} times what it was." if ratio is not None else "")
    )
    largest = table_of(
        "The largest changes",
        "Hardware burden in FLOP; what came or went stands first.",
        "paper | model | #before | #now | #times",
        (
            (
                _paper(row["paper"]),
                plain(row["model"], 60) or "not named",
                flop(row["before"]),
                flop(row["after"]),
                number(row["after"] / row["before"]) if row["before"] and row["after"] else UNKNOWN,
            )
            for row in burdens["largest"]
        ),
        all_in="the JSON",
    )
    return Section("burdens", "Hardware burdens", (said,), tables=_there(largest))


def _laws(laws: Mapping[str, Any] | None) -> Section:
    title = "Scaling laws"
    if laws is None:
        return Section("laws", title, ("There was nothing to fit before, or there is nothing now.",))
    points = laws["points"]
    causes = ", ".join(f"{count:,} {cause}" for cause, count in laws["points_by_cause"].items())
    said = (
        f"From run {laws['run_before']} of the analysis to run {laws['run_now']}: {points['came']:,} points came,"
        f" {points['went']:,} went, {points['moved']:,} lie elsewhere (with those of which anything differs, as the"
        f" confidence: {points['changed']:,})" + (f"; by cause: {causes}." if causes else ".")
    )
    alone = table_of(
        "What the re-reading did to the main slopes",
        "Its changes put in after those of other causes before it: log10(1/err) on log10(hardware burden).",
        "benchmark | metric | source | #points | #slope before | #slope after",
        (
            (*_line(row), f"{row['points']:,}", decimal(row["slope_before"]), decimal(row["slope_after"]))
            for row in laws["reread_alone"]
            if row["slope_before"] is not None or row["slope_after"] is not None
        ),
    )
    slopes = table_of(
        "Main slopes, all causes together",
        "",
        "benchmark | metric | source | #points before | #now | #slope before | #now",
        (
            (
                *_line(row),
                *(str(row[name] if row[name] is not None else UNKNOWN) for name in ("n_before", "n_now")),
                *(decimal(row[name]) for name in ("slope_before", "slope_now")),
            )
            for row in laws["slopes"]
        ),
    )
    return Section("laws", title, (said,), tables=_there(alone, slopes))


def _unread(report: Report) -> Section:
    unread = report["unread"]
    count = report["papers"].get("unread", len(unread))  # a report kept by an older program names them all
    said = (
        f"{count:,} in all, of which the report names {len(unread):,}. A PDF that is not in the"
        " store as it was is not read; what this version can't read keeps its earlier reading."
        if unread
        else "None: every PDF that was looked at could be read."
    )
    rows = table_of(
        "PDFs that were not read",
        "",
        "paper | cause | why | counts as read by",
        (
            (
                _paper(row["paper"]),
                _words(row["cause"]),
                plain(row["message"]),
                row.get("in_force", "as before") or "nobody",
            )
            for row in unread
        ),
        all_in="the JSON",
    )
    return Section("unread", "Not read", (said,), tables=_there(rows))


def _there(*tables: Table | None) -> tuple[Table, ...]:
    return tuple(table for table in tables if table is not None)


def _line(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["benchmark"], metric_name(row["metric"]), source_name(row["source"])


def _paper(key: str) -> Cell:
    """With a link to arXiv, unless the paper has no id there."""
    return Cell(plain(key, 30), None if key.startswith("sha256:") else safe_url(f"https://arxiv.org/abs/{key}"))


def _values(values: Mapping[str, Any] | None, change: Mapping[str, Any]) -> str:
    """The values that differ; of what came or went all that are known."""
    if values is None:
        return UNKNOWN
    names: Iterable[str] = change["fields"] if change["before"] and change["after"] else values
    shown = (f"{_words(name)} {_value(values.get(name))}" for name in names)
    return plain(", ".join(shown), _LONGEST_VALUES)


def _value(value: Any) -> str:
    if value is None:
        return "unknown"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _moment(iso: str) -> str:
    """ "2026-11-27T04:30:00+00:00" -> "2026-11-27 04:30 UTC" """
    return iso[:16].replace("T", " ") + " UTC"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."
