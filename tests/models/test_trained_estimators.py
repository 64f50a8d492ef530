"""The weights that judge are those of the estimators kept beside them."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import Any

import numpy as np
import pytest
import skops.io
from documents import document_of, table_of
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from extractors.judgement import judged
from extractors.performance.context import PaperContext
from extractors.records import Document
from extractors.results import read_results, with_certainty
from extractors.runs import Mentions, found_runs, read_mentions, time_mentions
from extractors.statements import hardware_mentions
from models.judge import OWN, load_judge
from models.linear import grams, inputs

TOLERANCE = 1e-4
SETUP = "4 Experimental setup"
PAPER = document_of(
    (SETUP, "We trained our models on 8 NVIDIA V100 GPUs for 3 days. Each step took about 0.4 seconds."),
    (SETUP, "Fine-tuning was done on one TPU v3 chip and took between 4 and 6 hours."),
    (SETUP, "At test time, our network needs 0.8 s per image on a Tesla V100 GPU."),
    ("2 Related work", "Smith et al. (2019) trained their encoder on 512 V100 GPUs for 3 weeks."),
    ("Appendix A", "The search cost 1800 GPU days, which is more than a lab with 4 Titan X GPUs can spend."),
)
TABLE = table_of([["Model", "Training time (h)", "Inference time (ms)"], ["Small", "12", "31"], ["Large", "96", "75"]])

RESULTS = table_of(
    [
        ["Model", "ImageNet top-1 (%)", "CIFAR-10"],
        ["PineNet [12]", "74.1", "93.2"],
        ["OakNet (ours)", "76.3", "95.0"],
    ]
)


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    with as_file(files("models").joinpath("trained", "judge.skops")) as path:
        assert skops.io.get_untrusted_types(file=path) == []
        held: dict[str, Any] = skops.io.load(path)
    return held


@pytest.fixture(scope="module")
def mentions() -> Mentions:
    document: Document = PAPER
    return read_mentions(document, [TABLE])


def test_roles(kept: dict[str, Any], mentions: Mentions) -> None:
    words = TfidfVectorizer(
        analyzer=grams, binary=True, vocabulary=kept["roles_words"], lowercase=False, token_pattern=None
    )
    words.idf_ = kept["roles_idf"]
    seen = [place.seen for place in mentions.places] + [time.seen for time in mentions.table_times]
    assert len(seen) > 7
    signals = kept["roles_signals"].transform([inputs(each.signals) for each in seen])
    matrix = csr_matrix(hstack([words.transform([each.words for each in seen]), signals]))
    expected = kept["roles"].predict_proba(matrix)
    found = [load_judge().roles.roles(each) for each in seen]
    assert OWN in kept["roles"].classes_
    for column, role in enumerate(kept["roles"].classes_):
        assert [each[role] for each in found] == pytest.approx(expected[:, column].tolist(), abs=TOLERANCE)
    assert np.ptp(expected, axis=0).min() > 100 * TOLERANCE, "sentences of one kind would prove little"


def test_mentions(kept: dict[str, Any], mentions: Mentions) -> None:
    places = judged(mentions.places, load_judge())
    signals = [each.signals for each in (*hardware_mentions(places), *time_mentions(places))]
    assert len(signals) > 7
    matrix = kept["mention_signals"].transform([inputs(each) for each in signals])
    expected = kept["mention"].predict_proba(matrix)[:, 1].tolist()
    assert load_judge().mentions(signals) == pytest.approx(expected, abs=TOLERANCE)


def test_results(kept: dict[str, Any]) -> None:
    paper = document_of(("5 Results", "Table 1 compares our OakNet with PineNet [12] on ImageNet."))
    values = read_results(paper, [RESULTS], PaperContext(paper))
    models = load_judge().results
    own = models.own_probabilities([each.own_signals for each in values])
    records = [with_certainty(each.signals, sure) for each, sure in zip(values, own, strict=True)]
    assert len(values) == 4
    for name, model, signals in (
        ("own_result", models.own, [each.own_signals for each in values]),
        ("result", models.record, records),
    ):
        matrix = kept[f"{name}_signals"].transform([inputs(each) for each in signals])
        expected = kept[name].predict_proba(matrix)[:, 1].tolist()
        assert model.probabilities(signals) == pytest.approx(expected, abs=TOLERANCE)
        assert np.ptp(expected) > 10 * TOLERANCE, "values of one kind would prove little"


def test_records(kept: dict[str, Any], mentions: Mentions) -> None:
    judge = load_judge()
    signals = [each.signals for each in found_runs(mentions, judged(mentions.places, judge), judge)]
    assert any("table" in each for each in signals) and not all("table" in each for each in signals)
    matrix = kept["record_signals"].transform([inputs(each) for each in signals])
    expected = kept["record"].predict_proba(matrix)[:, 1].tolist()
    assert judge.confidences(signals) == pytest.approx(expected, abs=TOLERANCE)
