"""The shapes of the API's answers. Unknown is null, never 0; FLOP, hours and years as their names say."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Row = TypeVar("Row")


class Answer(BaseModel):
    """May be made of a mapping or of an object with these names; more is left out."""

    model_config = ConfigDict(from_attributes=True, extra="ignore")


class ErrorAnswer(Answer):
    """What went wrong, in words."""

    error: str = Field(examples=["There is nothing at this address."])


class List(Answer, Generic[Row]):
    """Part of a list. The header `Link` has the addresses of the next and previous part, too."""

    rows: list[Row]
    total: int = Field(description="Rows of all parts.", ge=0, examples=[1])
    offset: int = Field(ge=0, examples=[0])
    limit: int = Field(ge=1, examples=[50])
    next: str | None = Field(description="Address of the next part; null at the end.", examples=[None])


class Benchmark(Answer):
    """A benchmark and metric on which there are points."""

    benchmark: str = Field(examples=["imagenet"])
    metric: str = Field(examples=["top1_accuracy"])
    points: int = Field(examples=[132])
    with_burden: int = Field(description="Points whose hardware burden is known.", examples=[41])
    papers: int = Field(examples=[87])
    models: int = Field(examples=[130])
    sources: list[str] = Field(examples=[["authors-2022", "db"]])
    first_year: int | None = Field(examples=[2012])
    last_year: int | None = Field(examples=[2026])


class Point(Answer):
    """A model's value on a benchmark beside what its training took: a row of `fit_points_v1`."""

    point_key: str = Field(examples=["db|1706.03762|Transformer (big)|wmt14-en-de|bleu"])
    source: str = Field(description="`db`: what papers say; else an import.", examples=["db"])
    basis: str = Field(examples=["machine"])
    arxiv_id: str | None = Field(examples=["1706.03762"])
    title: str | None = Field(examples=["Attention Is All You Need"])
    url: str | None = Field(examples=["https://arxiv.org/abs/1706.03762"])
    model: str | None = Field(examples=["Transformer (big)"])
    model_id: str = Field(description="For `/models/{model_id}`.", examples=["0123456789abcdef"])
    benchmark: str = Field(examples=["wmt14-en-de"])
    metric: str = Field(examples=["bleu"])
    value: float = Field(description="Percent (BLEU: points).", examples=[28.4])
    error_fraction: float = Field(description="Error rate, 0 to 1.", examples=[0.716])
    published: str | None = Field(examples=["2017-06-12"])
    year: float | None = Field(description="With the month as a fraction.", examples=[2017.458])
    hardware_burden_flop: float | None = Field(examples=[2.56e19])
    hardware_burden_low_flop: float | None = Field(examples=[2.3e19])
    hardware_burden_high_flop: float | None = Field(examples=[2.56e19])
    network_operations_flop: float | None = Field(examples=[None])
    operations_per_pass_flop: float | None = Field(examples=[None])
    parameters: float | None = Field(examples=[2.13e8])
    confidence: float | None = Field(description="Probability, 0 to 1, that all of it is right.", examples=[0.84])
    accelerator: str | None = Field(examples=["NVIDIA Tesla P100"])
    note: str | None = Field(examples=[None])


class Model(Answer):
    """A model of a paper or of an import."""

    model_id: str = Field(examples=["0123456789abcdef"])
    source: str = Field(examples=["db"])
    basis: str = Field(examples=["machine"])
    paper_key: str | None = Field(description="For `/papers/{key}`.", examples=["1706.03762"])
    arxiv_id: str | None = Field(examples=["1706.03762"])
    import_file: str | None = Field(examples=[None])
    import_row: int | None = Field(examples=[None])
    model: str | None = Field(examples=["Transformer (big)"])
    title: str | None = Field(examples=["Attention Is All You Need"])
    url: str | None = Field(examples=["https://arxiv.org/abs/1706.03762"])
    published: str | None = Field(examples=["2017-06-12"])
    year: float | None = Field(examples=[2017])
    accelerator: str | None = Field(examples=["NVIDIA Tesla P100"])
    accelerator_count: float | None = Field(examples=[8])
    duration_hours: float | None = Field(examples=[84])
    hardware_burden_flop: float | None = Field(examples=[2.56e19])
    hardware_burden_low_flop: float | None = Field(examples=[2.3e19])
    hardware_burden_high_flop: float | None = Field(examples=[2.56e19])
    method: str | None = Field(description="The estimate in words.", examples=["8 devices x 10.6 TFLOP/s fp32 x 84 h"])
    network_operations_flop: float | None = Field(examples=[None])
    operations_per_pass_flop: float | None = Field(examples=[None])
    parameters: float | None = Field(examples=[2.13e8])
    best_result: str | None = Field(examples=["28.4 bleu on wmt14-en-de"])
    confidence: float | None = Field(examples=[0.84])
    note: str | None = Field(description="Why there is no burden, or what it lacks.", examples=[None])


class Paper(Answer):
    """A paper that was read, with counts of what it states."""

    paper_key: str = Field(examples=["1706.03762"])
    arxiv_id: str | None = Field(examples=["1706.03762"])
    version: int | None = Field(description="The version that was read.", examples=[5])
    title: str = Field(examples=["Attention Is All You Need"])
    published: date | None = Field(examples=["2017-06-12"])
    page_count: int = Field(examples=[15])
    runs: int = Field(examples=[2])
    results: int = Field(description="Its own.", examples=[4])
    models: int = Field(examples=[2])
    facts: int = Field(examples=[31])
    curated_share: float | None = Field(description="Of its facts, 0 to 1.", examples=[0.25])
    reports_accelerator: bool = Field(examples=[True])
    reports_count: bool = Field(examples=[True])
    reports_time: bool = Field(examples=[True])
    largest_burden_flop: float | None = Field(examples=[2.56e19])
    largest_burden_model: str | None = Field(examples=["Transformer (big)"])
    largest_burden_model_id: str | None = Field(examples=["0123456789abcdef"])
    benchmarks: list[str] = Field(examples=[["wmt14-en-de"]])
    accelerators: list[str] = Field(examples=[["NVIDIA Tesla P100"]])


Value = str | float | bool | None


class Burden(Answer):
    """What a training run took."""

    flop: float | None = Field(examples=[2.56e19])
    low: float | None = Field(examples=[2.3e19])
    high: float | None = Field(examples=[2.56e19])
    method: str | None = Field(examples=["8 devices x 10.6 TFLOP/s fp32 x 84 h"])
    reason: str | None = Field(description="Why there is none.", examples=[None])


class Review(Answer):
    """What a curator decided; nobody is named."""

    fact_key: str = Field(examples=["1706.03762:0f3a"])
    field: str | None = Field(description="Null: the whole record.", examples=["model"])
    decision: str = Field(examples=["correct"])
    value: Value = Field(examples=["Transformer (big)"])
    reviewed_at: datetime = Field(examples=["2026-03-01T12:00:00Z"])
    in_force: bool = Field(examples=[True])
    withdrawn: bool = Field(examples=[False])


class JoinedModel(Answer):
    """A model of the paper's results that a run, stated computing or property is of."""

    model: str = Field(examples=["Transformer (big)"])
    benchmark: str | None = Field(description="Null: all.", examples=[None])
    rule: str = Field(examples=["join.same-name"])
    confidence: float | None = Field(examples=[0.93])


class Fact(Answer):
    """What a paper states, with where it does."""

    fact_key: str = Field(examples=["1706.03762:0f3a"])
    kind: str = Field(
        description="`training_run`, `training_compute`, `result` or `model_property`.", examples=["training_run"]
    )
    values: dict[str, Value] = Field(
        description="In force, by field.", examples=[{"accelerator": "NVIDIA Tesla P100", "accelerator_count": 8}]
    )
    machine_values: dict[str, Value] = Field(
        description="As the machine read them.", examples=[{"accelerator": "NVIDIA Tesla P100", "accelerator_count": 8}]
    )
    corrected: list[str] = Field(description="Fields whose value in force is another.", examples=[[]])
    basis: str = Field(examples=["machine"])
    confidence: float = Field(examples=[0.94])
    page: int = Field(examples=[7])
    quote: str = Field(
        description="One sentence, at most 500 characters.", examples=["We train on 8 P100 GPUs for 84 hours."]
    )
    page_url: str | None = Field(
        description="Its page at arxiv.org.", examples=["https://arxiv.org/pdf/1706.03762v5#page=7"]
    )
    rules: list[str] = Field(examples=[["count.number-accelerator"]])
    burden: Burden | None
    joined_models: list[JoinedModel]
    reviews: list[Review]


class PaperRecord(Answer):
    """A paper, its models, and the history of its reviews; `/papers/{key}/facts` has its facts."""

    paper: Paper
    authors: list[str] = Field(examples=[["Ashish Vaswani"]])
    categories: list[str] = Field(examples=[["cs.CL"]])
    license_url: str | None = Field(examples=["http://arxiv.org/licenses/nonexclusive-distrib/1.0/"])
    abstract_url: str | None = Field(examples=["https://arxiv.org/abs/1706.03762"])
    models: list[Model]
    history: list[Review]


class ModelRecord(Answer):
    """A model, its points, and the facts that are of it."""

    model: Model
    points: list[Point]
    facts: list[Fact]


class Accelerator(Answer):
    """A row of the catalogue; rates are peaks of one device in TFLOP/s."""

    name: str = Field(examples=["NVIDIA Tesla P100"])
    maker: str = Field(examples=["NVIDIA"])
    kind: str = Field(examples=["gpu"])
    family: str | None = Field(examples=[None])
    release_date: date | None = Field(examples=["2016-04-05"])
    peak_tflops: float | None = Field(description="The rate that burdens are reckoned with.", examples=[10.6])
    peak_precision: str = Field(examples=["fp32"])
    fp32_tflops: float | None = Field(examples=[10.6])
    tf32_tflops: float | None = Field(examples=[None])
    half_tflops: float | None = Field(examples=[21.2])
    memory_gb: float | None = Field(examples=[16])
    tdp_watts: float | None = Field(examples=[300])
    cores_per_chip: int | None = Field(examples=[None])
    source: str = Field(examples=["https://www.nvidia.com/en-us/data-center/tesla-p100/"])
    note: str = Field(examples=[""])
    papers: int = Field(description="That train on it and whose date is known.", examples=[34])


class Year(Answer):
    """Papers that were read, by the year of their first version."""

    year: int = Field(examples=[2017])
    papers: int = Field(examples=[120])
    papers_with_accelerator: int = Field(examples=[70])
    papers_with_count: int = Field(examples=[60])
    papers_with_time: int = Field(examples=[50])
    papers_with_burden: int = Field(examples=[40])
    burden_log10_p10: float | None = Field(description="log10 FLOP.", examples=[16.2])
    burden_log10_p50: float | None = Field(examples=[18.1])
    burden_log10_p90: float | None = Field(examples=[20.3])
    largest_burden_flop: float | None = Field(examples=[3.1e21])


class AcceleratorYear(Answer):
    accelerator: str = Field(examples=["NVIDIA Tesla P100"])
    year: int = Field(examples=[2018])
    papers: int = Field(examples=[12])


class Trends(Answer):
    years: list[Year]
    accelerators_by_year: list[AcceleratorYear]


class Fit(Answer):
    """A fit of a scaling law by the newest analysis, or with `cause` and `reason` why there is none.

    `polynomial`: log10(1/error) = intercept + slope log10(FLOP); `exponential`: 1/error = the same.
    """

    analysis_run_id: int = Field(examples=[12])
    made_at: datetime = Field(examples=["2026-11-27T03:00:00Z"])
    source: str = Field(examples=["db"])
    benchmark: str = Field(examples=["imagenet"])
    metric: str = Field(examples=["top1_accuracy"])
    form: str = Field(examples=["polynomial"])
    computing: str = Field(examples=["hardware_burden_flop"])
    estimator: str = Field(examples=["ordinary least squares"])
    n: int = Field(examples=[41])
    intercept: float | None = Field(examples=[-1.06])
    intercept_low: float | None = Field(description="Of the 95 % interval.", examples=[-1.8])
    intercept_high: float | None = Field(examples=[-0.3])
    slope: float | None = Field(examples=[0.09])
    slope_low: float | None = Field(examples=[0.05])
    slope_high: float | None = Field(examples=[0.13])
    slope_year: float | None = Field(examples=[None])
    r_squared: float | None = Field(examples=[0.46])
    cause: str | None = Field(examples=[None])
    reason: str | None = Field(examples=[None])
    options: dict[str, Any] = Field(description="What the analysis was asked for.", examples=[{"benchmarks": []}])


class SourceTerms(Answer):
    """Whose rows of an attribution are. Of rows of `source` `db`, it is `burden`, of their titles `arxiv`."""

    attribution: str = Field(examples=["epoch"])
    title: str = Field(examples=["Epoch AI, Data on AI Models"])
    licence: str = Field(examples=["CC-BY-4.0"])
    licence_url: str = Field(examples=["https://creativecommons.org/licenses/by/4.0/"])
    url: str = Field(examples=["https://epoch.ai/data"])
    credit: str = Field(examples=["Epoch AI, Data on AI Models, epoch.ai/data"])


class ReleaseFile(Answer):
    path: str = Field(examples=["data/training_runs.csv"])
    byte_count: int = Field(examples=[122_726])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    row_count: int | None = Field(examples=[231])
    url: str | None = Field(description="Where to download it; null where it is not offered now.", examples=[None])


class Release(Answer):
    """A dated release of everything."""

    name: str = Field(examples=["2026-11-27"])
    made_at: datetime = Field(examples=["2026-11-27T04:00:00Z"])
    rows: int = Field(description="Of all tables.", examples=[10_041])
    url: str = Field(examples=["/data/2026-11-27"])


class ReleaseRecord(Release):
    files: list[ReleaseFile]


class State(Answer):
    """How the data stand."""

    stamp: int = Field(description="Grows with every change of what the API answers.", examples=[7])
    changed_at: datetime | None = Field(examples=["2026-11-27T03:00:00Z"])
    papers_seen: int = Field(examples=[412])
    papers_read: int = Field(examples=[390])
    papers_with_runs: int = Field(examples=[201])
    runs: int = Field(examples=[231])
    results: int = Field(description="The papers' own.", examples=[1061])
    models: int = Field(examples=[1260])
    facts: int = Field(examples=[5422])
    curated_facts: int = Field(examples=[310])
    last_ingest_at: datetime | None = Field(examples=["2026-11-27T02:00:00Z"])
    last_analysis_at: datetime | None = Field(examples=["2026-11-27T03:00:00Z"])
    openapi: str = Field(examples=["/api/v1/openapi.json"])
