"""Operations counted from the network: which properties go in, and what is said where one is missing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from db.queries import exported_records
from db.reviews import Decision, Review, add_review
from db.schema import reviews
from extractors.records import ModelProperty, Property

COLUMNS = "forward_flop, training_examples, epochs, network_operations_flop, stage_count, method, reason"


@pytest.fixture
def counted(engine: Engine, sample: Any) -> Any:
    """Save a paper with these properties, all linked to the model Base; its row of ``network_operations_v1``."""

    def save(*properties: ModelProperty, link_confidences: tuple[float, ...] = (), **changes: Any) -> dict[str, Any]:
        sure = (*link_confidences, *[0.9] * len(properties))
        links = tuple(
            sample.link("model_property", index, confidence=sure[index]) for index, _ in enumerate(properties)
        )
        given = {"results": (sample.result(),), "links": links} | changes
        sample.save(engine, sample.paper(properties=properties, **given))
        row: dict[str, Any] = sample.rows(engine, f"SELECT {COLUMNS} FROM network_operations_v1")[0]
        return row

    return save


def test_forward_passes_thrice_over_all_examples_of_all_epochs(engine: Engine, sample: Any, counted: Any) -> None:
    stated = {"forward_flop": 4.1e9, "training_examples": 1281167, "epochs": 90, "parameters": 2.5e7}
    assert counted(*sample.properties(**stated)) == {
        "forward_flop": 4.1e9,
        "training_examples": 1281167.0,
        "epochs": 90.0,
        "network_operations_flop": pytest.approx(4.1e9 * 3 * 1281167 * 90),
        "stage_count": 1,
        "method": "4.1 GFLOP x 3 x 1281167 examples x 90 epochs",
        "reason": None,
    }
    (pages,) = sample.rows(
        engine, "SELECT forward_flop_page, training_examples_page, epochs_page FROM network_operations_v1"
    )
    assert set(pages.values()) == {6}
    (point,) = exported_records(engine, "points")
    assert point["network_operations_flop"] == pytest.approx(4.1e9 * 3 * 1281167 * 90)
    assert (point["parameters"], point["join_status"]) == (2.5e7, "no run")


@pytest.mark.parametrize(
    ("forward_flop", "epochs", "method"),
    [
        (5.69e8, 12.5, "569 MFLOP x 3 x 1000 examples x 12.5 epochs"),
        (1.234567e12, 0.25, "1234.57 GFLOP x 3 x 1000 examples x 0.25 epochs"),
        (123_456.0, 1000, "123456 FLOP x 3 x 1000 examples x 1000 epochs"),
        (1e9, 100, "1 GFLOP x 3 x 1000 examples x 100 epochs"),
        (1.005e9, 1.005, "1.01 GFLOP x 3 x 1000 examples x 1.01 epochs"),
    ],
)
def test_both_databases_say_the_method_in_the_same_words(
    sample: Any, counted: Any, forward_flop: float, epochs: float, method: str
) -> None:
    stated = {"forward_flop": forward_flop, "training_examples": 1000, "epochs": epochs}
    assert counted(*sample.properties(**stated))["method"] == method


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ("training_examples epochs", "no FLOP of a forward pass"),
        ("forward_flop training_examples", "no epochs"),
        ("forward_flop parameters", "no training examples, no epochs"),
        ("", "no FLOP of a forward pass, no training examples, no epochs"),
    ],
)
def test_what_is_missing_is_said(sample: Any, counted: Any, names: str, reason: str) -> None:
    row = counted(*[sample.property(name, 90) for name in names.split()])
    assert (row["network_operations_flop"], row["method"], row["reason"]) == (None, None, reason)
    assert {name for name in ("forward_flop", "training_examples", "epochs") if row[name]} == set(names.split()) - {
        "parameters"
    }


def test_stages_that_have_examples_and_epochs_of_their_own_are_summed_up(sample: Any, counted: Any) -> None:
    row = counted(
        sample.property("forward_flop", 2e9),
        sample.property("training_examples", 14_000_000, stage="pretraining", benchmark="imagenet21k"),
        sample.property("epochs", 30, stage="pretraining"),
        sample.property("training_examples", 1_000_000),
        sample.property("epochs", 20, stage="training"),
        sample.property("epochs", 10, stage="finetuning"),
    )
    assert row == {
        "forward_flop": 2e9,
        "training_examples": 14e6,
        "epochs": 30.0,
        "network_operations_flop": pytest.approx(2e9 * 3 * (14e6 * 30 + 1e6 * 20)),
        "stage_count": 2,
        "method": "2 GFLOP x 3 x (14000000 examples x 30 epochs + 1000000 examples x 20 epochs)",
        "reason": None,
    }


@pytest.mark.parametrize("pretraining", [(), (1_000_000, 30), (14_000_000, None)])
def test_a_result_from_extra_data_needs_the_pretraining_that_passed_it(
    sample: Any, counted: Any, pretraining: tuple[float | None, ...]
) -> None:
    """No pretraining, one on as many examples as the benchmark's own has, and one without epochs."""
    before = zip(("training_examples", "epochs"), pretraining, strict=False)
    row = counted(
        sample.property("forward_flop", 2e9),
        sample.property("training_examples", 1_000_000),
        sample.property("epochs", 20),
        *[sample.property(name, quantity, stage="pretraining") for name, quantity in before if quantity],
        results=(sample.result(extra_training_data=True),),
    )
    assert (row["network_operations_flop"], row["method"]) == (None, None)
    assert row["reason"] == "training on extra data without examples or epochs"


def test_a_result_from_extra_data_counts_the_pretraining_as_well(sample: Any, counted: Any) -> None:
    row = counted(
        sample.property("forward_flop", 2e9),
        sample.property("training_examples", 14_000_000, stage="pretraining"),
        sample.property("epochs", 30, stage="pretraining"),
        sample.property("training_examples", 1_000_000),
        sample.property("epochs", 20),
        results=(sample.result(extra_training_data=True),),
    )
    assert row["network_operations_flop"] == pytest.approx(2e9 * 3 * (14e6 * 30 + 1e6 * 20))


def test_examples_of_one_stage_do_not_go_with_epochs_of_another(sample: Any, counted: Any) -> None:
    row = counted(
        sample.property("forward_flop", 2e9),
        sample.property("training_examples", 14_000_000, stage="pretraining"),
        sample.property("epochs", 20, stage="finetuning"),
    )
    assert (row["network_operations_flop"], row["stage_count"]) == (None, 0)
    assert row["reason"] == "training examples and epochs of different stages"


def test_values_of_the_benchmark_come_first_and_of_another_one_never(engine: Engine, sample: Any, counted: Any) -> None:
    properties = (
        sample.property("forward_flop", 9e9, confidence=0.99),
        sample.property("forward_flop", 4e9, benchmark="imagenet", confidence=0.6),
        sample.property("forward_flop", 1e9, benchmark="cifar10", confidence=0.99),
        sample.property("training_examples", 50_000, benchmark="cifar10"),
        sample.property("training_examples", 1_000_000, benchmark="imagenet"),
        sample.property("epochs", 90),
    )
    results = (sample.result(), sample.result(benchmark="cifar10"), sample.result(benchmark="coco", metric="box_ap"))
    counted(*properties, results=results)
    found = sample.rows(engine, f"SELECT benchmark, {COLUMNS} FROM network_operations_v1 ORDER BY benchmark")
    assert [tuple(row.values())[:4] for row in found] == [
        ("cifar10", 1e9, 50_000.0, 90.0),
        ("coco", 9e9, None, 90.0),
        ("imagenet", 4e9, 1_000_000.0, 90.0),
    ]


def test_of_several_values_the_surest_to_be_of_this_model_is_taken_then_the_first(sample: Any, counted: Any) -> None:
    row = counted(
        sample.property("epochs", 300, model=None, confidence=0.9),
        sample.property("epochs", 90, confidence=0.8),
        sample.property("epochs", 100, confidence=0.8),
        sample.property("training_examples", 10, confidence=0.7),
        sample.property("training_examples", 20, confidence=0.8),
        link_confidences=(0.5, 0.95, 0.95),
    )
    assert (row["epochs"], row["training_examples"]) == (90.0, 20.0)


def test_what_a_curator_put_right_is_taken_first(engine: Engine, sample: Any, counted: Any) -> None:
    rest = [sample.property(name, 1e6) for name in ("forward_flop", "training_examples")]
    counted(*rest, sample.property("epochs", 90), sample.property("epochs", 9, confidence=0.2))
    unsure = next(each for each in exported_records(engine, "properties") if each["quantity"] == 9)
    add_review(engine, Review(unsure["fact_key"], "quantity", Decision.CORRECT, "ada", sample.noon, 120))
    (row,) = sample.rows(engine, f"SELECT {COLUMNS} FROM network_operations_v1")
    assert (row["epochs"], row["network_operations_flop"]) == (120.0, pytest.approx(3.6e14))
    add_review(engine, Review(unsure["fact_key"], None, Decision.REJECT, "ada", sample.noon))
    (row,) = sample.rows(engine, f"SELECT {COLUMNS} FROM network_operations_v1")
    assert row["epochs"] == 90.0


def test_properties_of_another_model_or_of_no_own_result_do_not_go_in(
    engine: Engine, sample: Any, counted: Any
) -> None:
    properties = (sample.property("epochs", 90, model="Rival"), sample.property("epochs", 30, model="Big"))
    results = (sample.result(), sample.result(80.0, "Rival", 10, own=False), sample.result(70.0, None, 20))
    links = (sample.link("model_property", 0, "Rival"), sample.link("model_property", 1, "Big"))
    row = counted(*properties, results=results, links=links)
    assert row["epochs"] is None
    assert sample.rows(engine, "SELECT model FROM network_operations_v1") == [{"model": "Base"}]


@pytest.mark.parametrize("quantity", [1e300, 1e-300, float("inf"), float("nan")])
def test_a_number_beyond_all_bounds_stops_no_query(engine: Engine, sample: Any, counted: Any, quantity: float) -> None:
    """PostgreSQL would end with an error where a product overflows, SQLite would say infinite."""
    counted(*[sample.property(name, 1e6) for name in Property])
    reviewed = [
        {
            "review_id": record["fact_key"],
            "paper_key": "2401.00001",
            "fact_digest": record["fact_key"].partition(":")[2],
            "field": "quantity",
            "decision": "correct",
            "reviewer": "another program",
            "reviewed_at": sample.noon,
            "value_number": quantity,
            "reason": "",
        }
        for record in exported_records(engine, "properties")
    ]
    with engine.begin() as connection:
        connection.execute(reviews.insert(), reviewed)
    (row,) = sample.rows(engine, f"SELECT {COLUMNS} FROM network_operations_v1")
    assert (row["network_operations_flop"], row["forward_flop"]) == (None, None)
    (point,) = exported_records(engine, "points")
    assert point["parameters"] is None
