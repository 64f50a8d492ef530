"""The frozen types that pass from room to room.

Lengths are PDF points with the origin at the top left of the page; pages count from 1;
offsets count characters of ``Document.text``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in PDF points, origin top left."""

    x0: float
    y0: float
    x1: float
    y1: float

    def as_list(self) -> list[float]:
        """``[x0, y0, x1, y1]``, rounded to a tenth of a point."""
        return [round(value, 1) for value in (self.x0, self.y0, self.x1, self.y1)]

    @classmethod
    def around(cls, boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all ``boxes``; ``ValueError`` if there are none."""
        held = list(boxes)
        if not held:
            raise ValueError("no boxes to go around")
        return cls(
            min(box.x0 for box in held),
            min(box.y0 for box in held),
            max(box.x1 for box in held),
            max(box.y1 for box in held),
        )


@dataclass(frozen=True, slots=True)
class PaperMetadata:
    """What a source says of a paper, before anyone reads it. Unknown fields are None or empty."""

    arxiv_id: str | None
    """Without version: ``2406.01234``, ``cs/0112017``; None for a PDF whose id is not known."""
    version: int | None = None
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    """Primary category first."""
    published: date | None = None
    """Date of the first version."""
    updated: date | None = None
    """Date of this version."""
    withdrawn: bool = False
    license_url: str | None = None
    doi: str | None = None


class Role(StrEnum):
    """What a passage is on its page."""

    BODY = "body"
    HEADING = "heading"
    TITLE = "title"
    CAPTION = "caption"
    FOOTNOTE = "footnote"
    TABLE = "table"
    REFERENCE = "reference"
    FURNITURE = "furniture"
    """Running heads, page and line numbers, arXiv's stamp in the margin."""


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without white space, as drawn; ``text`` is normalised."""

    text: str
    box: Box
    size: float
    """Font size in points."""
    bold: bool = False
    baseline: float = 0.0
    """y of the baseline on which the word stands; x of it for words that run upwards or downwards."""


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline, left to right."""

    words: tuple[Word, ...]
    box: Box
    role: Role
    section: str | None = None
    """Heading that this line stands under; None before the first."""
    direction: tuple[int, int] = (1, 0)
    """Where the text runs: (1, 0) to the right, (0, -1) upwards, (0, 1) downwards."""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Page:
    """One page, its lines in reading order."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    rulings: tuple[Box, ...] = ()
    """Lines that are drawn, thin boxes: horizontal or vertical; of a table, a chart or under a word."""
    gutters: tuple[float, ...] = ()
    """x of the gaps between the page's columns of text; none for a page in one column."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, caption, heading, footnote or reference, joined over its lines.

    ``text`` is normalised (ligatures, line-end hyphens, superscripts, minus signs);
    ``pieces`` leads every character back to its place on the page.
    """

    text: str
    start: int
    """Offset of ``text`` in ``Document.text``."""
    role: Role
    section: str | None
    page: int
    """Page on which the passage begins."""
    pieces: tuple[tuple[int, int, int, Box], ...]
    """``(start, end, page, box)`` of each word, offsets within ``text``, in order of ``start``."""

    def boxes(self, start: int, end: int) -> Iterator[tuple[int, Box]]:
        """``(page, box)`` of each word that ``text[start:end]`` touches."""
        for piece_start, piece_end, page, box in self.pieces:
            if piece_start >= end:
                break
            if piece_end > start:
                yield page, box


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF as text with layers: pages of lines of words, and passages over them."""

    sha256: str
    pages: tuple[Page, ...]
    passages: tuple[Passage, ...]
    stamp: str | None = None
    """arXiv's mark in the margin: ``arXiv:1706.03762v5 [cs.CL] 6 Dec 2017``."""

    @property
    def text(self) -> str:
        """All passages, in order, a blank line between them."""
        return "\n\n".join(passage.text for passage in self.passages)


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as a table's cell prints it. Unknown is None."""

    value: float
    """With its sign, thousands, power of ten and "k", "M" or "B" carried out; a range gives its middle."""
    printed: str
    """The digits as they stand: ``76.30``, ``1,281,167``, ``2.3 × 10^19``."""
    uncertainty: float | None = None
    """What stands behind "±", or small beside the number."""
    low: float | None = None
    high: float | None = None
    """Ends of a printed range ("10-14")."""
    unit: str | None = None
    """As written beside the number: ``days``, ``%``."""


class CellMark(StrEnum):
    BOLD = "bold"
    UNDERLINE = "underline"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: what stands in it, and what its heads and labels say of it."""

    row: int
    column: int
    """From 0; of its first row and column where it spans several."""
    row_span: int
    column_span: int
    header: bool
    """A head over columns, or a heading over a group of rows."""
    text: str
    page: int
    box: Box
    row_path: tuple[str, ...] = ()
    """What its row is: headings of its group, outermost first, then the labels to its left."""
    column_path: tuple[str, ...] = ()
    """The heads over it, outermost first."""
    numbers: tuple[PrintedNumber, ...] = ()
    """The numbers of a cell that is a number, or a pair or list of them; empty for words."""
    unit: str | None = None
    """Of the cell, else of the nearest head, else of the caption, as written."""
    marks: tuple[CellMark, ...] = ()
    notes: tuple[str, ...] = ()
    """Marks that lead to a note below the table: ``†``, ``a``."""
    citations: tuple[str, ...] = ()
    """``[12]``, ``(Lund et al., 2016)``."""
    name: str = ""
    """``text`` without note marks and citations."""
    direction: int | None = None
    """1 where its heads say that higher is better ("↑"), -1 for "↓"."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as a grid of cells; continued on several pages, it is still one."""

    number: str | None
    """As its caption has it: ``3``, ``III``, ``A.1``; None for a table without a caption."""
    caption: str
    page: int
    """On which it begins."""
    boxes: tuple[tuple[int, Box], ...]
    """``(page, box)`` of each of its parts, caption and notes not included."""
    row_count: int
    column_count: int
    cells: tuple[Cell, ...]
    """In reading order; empty ones are left out."""
    notes: tuple[tuple[str, str], ...] = ()
    """``(mark, text)`` of the notes below it."""
    caption_box: Box | None = None


MAX_QUOTE_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where in the PDF a record comes from."""

    page: int
    box: Box
    """Around the words that the record rests on, on ``page``."""
    quote: str
    """One sentence, at most ``MAX_QUOTE_CHARACTERS``."""
    start: int
    """Offsets of the quote in ``Document.text``."""
    end: int
    rules: tuple[str, ...] = ()
    """Ids of the patterns and rules that made the record."""
    boxes: tuple[tuple[int, Box], ...] = ()
    """``(page, box)`` around just the words that the record rests on, wherever they stand; a box a run of words."""


class Stage(StrEnum):
    PRETRAINING = "pretraining"
    TRAINING = "training"
    FINETUNING = "finetuning"
    SEARCH = "search"
    UNSPECIFIED = "unspecified"


class CountUnit(StrEnum):
    DEVICES = "devices"
    CHIPS = "chips"
    CORES = "cores"
    MACHINES = "machines"


class Status(StrEnum):
    ACCEPTED = "accepted"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """Hardware and time with which a paper's authors trained a model. Unknown is None."""

    evidence: Evidence
    accelerator: str | None
    """The catalogue's canonical name, the written name of unknown hardware, or GPU / TPU."""
    accelerator_count: int | None = None
    """Devices of one run, as the paper counts them; see ``count_unit``."""
    count_unit: CountUnit | None = None
    duration_hours: float | None = None
    """Wall-clock hours of the run; the middle of a stated range."""
    duration_hours_low: float | None = None
    duration_hours_high: float | None = None
    device_hours: float | None = None
    """Only where the paper states device-time as such ("3150 GPU days")."""
    model: str | None = None
    stage: Stage = Stage.UNSPECIFIED
    mixed_precision: bool = False
    """The paper says that it trains in fp16, bf16 or mixed precision."""
    also_stated: tuple[Evidence, ...] = ()
    """Where else the paper states all of it."""
    confidence: float = 0.5
    status: Status = Status.ACCEPTED


@dataclass(frozen=True, slots=True)
class TrainingCompute:
    """Total floating-point operations of a training run, as the paper states them."""

    evidence: Evidence
    flop: float
    model: str | None = None
    confidence: float = 0.5
    status: Status = Status.ACCEPTED


@dataclass(frozen=True, slots=True)
class Result:
    """How good a model is on a benchmark, as the paper states it. Unknown is None."""

    evidence: Evidence
    benchmark: str
    """Its id in ``lexicon/benchmarks.csv``: ``imagenet``, ``wmt14-en-de``."""
    metric: str
    """Its id in ``lexicon/metrics.csv``: ``top1_accuracy``, ``bleu``."""
    value: float
    """In percent; of an error rate that is given as an accuracy, what it leaves of 100."""
    own: bool
    """Of a model that this paper's authors trained or ran themselves; False for a value quoted from others."""
    model: str | None = None
    """As the row, the head or the sentence calls it."""
    split: str | None = None
    """On which part of the benchmark: ``val``, ``test``, ``test-dev``, ``dev``, ``minival``."""
    ensemble: bool | None = None
    """Several models' answers together; False where the paper says "single model"."""
    extra_training_data: bool | None = None
    """Trained on more than the benchmark's own training set."""
    crops: int | None = None
    """Views of an image whose answers are averaged: 1, 10, 144."""
    confidence: float = 0.5
    status: Status = Status.ACCEPTED


class Property(StrEnum):
    """What a paper says of a model's size and training, beside hardware and time; the unit of each in words."""

    PARAMETERS = "parameters"
    """Trainable weights, as a number."""
    FORWARD_FLOP = "forward_flop"
    """Floating-point operations of one forward pass of one example; a multiply-add is two."""
    EPOCHS = "epochs"
    """Passes over the training set."""
    TRAINING_EXAMPLES = "training_examples"
    """Examples of one epoch."""


@dataclass(frozen=True, slots=True)
class ModelProperty:
    """A property of a model or of its training. Unknown is None."""

    evidence: Evidence
    property: Property
    quantity: float
    model: str | None = None
    """As the row, the head or the sentence calls it; None where it is said of all models of the paper."""
    benchmark: str | None = None
    """The benchmark on whose training set, or at whose input size, it is said to hold."""
    stage: Stage = Stage.UNSPECIFIED
    confidence: float = 0.5
    status: Status = Status.ACCEPTED


@dataclass(frozen=True, slots=True)
class ModelLink:
    """That a record is of a model whose results the paper gives."""

    kind: str
    """Of the record: ``training_run``, ``training_compute`` or ``model_property``."""
    index: int
    """Of the record among those of its kind in the extraction."""
    model: str
    """``Result.model``, character for character."""
    rule: str
    """By which the two were joined: ``join.same-name``, ``join.only-run`` …"""
    confidence: float
    benchmark: str | None = None
    """The one benchmark on which the model's results are meant; None for all of them."""


@dataclass(frozen=True, slots=True)
class UnknownHardware:
    """A name that looks like an accelerator's and is not in the catalogue, where the paper has it first."""

    name: str
    """As written."""
    page: int
    quote: str
    """The sentence, at most ``MAX_QUOTE_CHARACTERS``."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read in one document."""

    sha256: str
    page_count: int
    runs: tuple[TrainingRun, ...] = ()
    training_compute: tuple[TrainingCompute, ...] = ()
    results: tuple[Result, ...] = ()
    properties: tuple[ModelProperty, ...] = ()
    links: tuple[ModelLink, ...] = ()
    """Which runs, computing and properties are of which models of the results."""
    unknown_hardware: tuple[UnknownHardware, ...] = ()
    """One for each name, by name."""
    stamp: str | None = None
    tables: tuple[Table, ...] = ()
    pictures: tuple[tuple[int, bytes], ...] = ()
    """``(page, PNG)`` of pages with what was read drawn in; only where someone asked for them."""


@dataclass(frozen=True, slots=True)
class BurdenEstimate:
    """Hardware burden of one run: processors x peak rate x time, in FLOP; None with ``reason``."""

    hardware_burden_flop: float | None
    hardware_burden_low: float | None
    hardware_burden_high: float | None
    precision_aware_flop: float | None
    """The same at the rate of the stated precision (tensor cores for mixed precision)."""
    method: str | None
    """In words: ``8 devices x 10.6 TFLOP/s fp32 x 84 h``."""
    reason: str | None = None
    """Why there is no estimate."""


class FailureCause(StrEnum):
    """Why a paper could not be read; every failure names one."""

    NOT_A_PDF = "not_a_pdf"
    BROKEN = "broken"
    ENCRYPTED = "encrypted"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASH = "crash"
    NO_TEXT = "no_text"
    DOWNLOAD = "download"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    """Read, but with a record that no paper can mean, such as an infinite time."""


class PaperError(Exception):
    """A paper that can't be read: the cause, and words for the operator."""

    def __init__(self, cause: FailureCause, message: str) -> None:
        super().__init__(message)
        self.cause = cause
        self.message = message

    def __reduce__(self) -> tuple[type[PaperError], tuple[FailureCause, str]]:
        return type(self), (self.cause, self.message)
