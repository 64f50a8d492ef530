"""The trained judge: its weights as a file, and how the one that comes with the package judges plain cases."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from documents import document_of

from extractors.judge import SentenceSignals, probability
from extractors.records import Status, TrainingRun
from extractors.runs import find_runs, read_mentions
from models.judge import TrainedJudge, load_judge
from models.linear import RoleModel, SignalsModel

SETUP = "4 Experimental setup"
OWN = (SETUP, "We trained our models on 8 NVIDIA V100 GPUs for 3 days.")
SPEED = (SETUP, "At test time, our network needs 0.8 s per image on a Tesla V100 GPU.")
OTHERS = ("2 Related work", "Smith et al. (2019) trained their encoder on 512 V100 GPUs for 3 weeks.")

SMALL = TrainedJudge(
    RoleModel(
        intercepts={"none": math.log(3), "own": 0.0},
        signal_weights={"none": {}, "own": {"rules.log_odds": 0.3}},
        gram_weights={"none": {}, "own": {"μ-law": 1e-7}},
        idf={"μ-law": 1.5},
    ),
    SignalsModel(0.1, {"table": -2.5}),
    SignalsModel(1 / 3, {}),
    accepted_from=0.45,
    surest_from=0.35,
    candidate_from=0.2,
)


def own_training(section: str, text: str) -> float:
    """The probability that the sentence tells of own training, by the judge that comes with the package."""
    [place] = read_mentions(document_of((section, text)), ()).places
    [log_odds] = load_judge().own_training([place.seen])
    return probability(log_odds)


def runs(*paragraphs: tuple[str, str], judge: TrainedJudge | None = None) -> list[TrainingRun]:
    return list(find_runs(read_mentions(document_of(*paragraphs), ()), judge or load_judge()).runs)


def test_weights_come_back_from_their_file() -> None:
    assert TrainedJudge.from_json(SMALL.as_json()) == SMALL
    assert SMALL.as_json().isascii()
    assert TrainedJudge.from_json(load_judge().as_json()) == load_judge()


def test_the_same_weights_make_the_same_file() -> None:
    turned = replace(SMALL.roles, intercepts=dict(reversed(SMALL.roles.intercepts.items())))
    assert replace(SMALL, roles=turned).as_json() == SMALL.as_json()


def without(key: str) -> str:
    held = json.loads(SMALL.as_json())
    del held[key]
    return json.dumps(held)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(SMALL.as_json()[:200], id="truncated"),
        pytest.param(SMALL.as_json().replace('"accepted_from": 0.45', '"accepted_from": "half"'), id="word"),
        pytest.param(SMALL.as_json().replace('"accepted_from": 0.45', '"accepted_from": null'), id="null"),
        pytest.param("[]", id="list"),
        pytest.param("null", id="nothing"),
        pytest.param(without("mention"), id="a model is missing"),
        pytest.param(without("candidate_from"), id="a threshold is missing"),
        pytest.param(SMALL.as_json().replace('"idf"', '"tf"'), id="another field"),
    ],
)
def test_what_are_no_weights_is_said_so(text: str) -> None:
    with pytest.raises(ValueError, match="not the weights of a trained judge"):
        TrainedJudge.from_json(text)


@pytest.mark.parametrize("kept", [0, 1, 100, 10_000])
def test_weights_that_were_cut_off_are_never_taken_for_whole_ones(kept: int) -> None:
    with pytest.raises(ValueError):
        TrainedJudge.from_json(load_judge().as_json()[:kept])


def test_log_odds_mentions_and_records_are_those_of_the_models() -> None:
    sentences = [SentenceSignals("", {}), SentenceSignals("", {"rules.log_odds": 2.5})]
    assert SMALL.own_training(sentences) == pytest.approx([-math.log(3), 0.3 - math.log(3)])
    assert SMALL.mentions([{}, {"table": 1.0}]) == pytest.approx([probability(0.1), probability(-2.4)])
    assert SMALL.confidences([{"table": 1.0}]) == pytest.approx([probability(1 / 3)])


def test_own_training_is_told_from_inference_and_from_others_work() -> None:
    own = own_training(*OWN)
    assert own > 0.9
    assert own_training(*SPEED) < 0.1
    assert own_training(*OTHERS) < own - 0.2


def test_a_plain_statement_is_accepted_with_what_it_states() -> None:
    [run] = runs(OWN)
    assert (run.accelerator, run.accelerator_count, run.duration_hours) == ("NVIDIA Tesla V100", 8, 72.0)
    assert run.status is Status.ACCEPTED
    assert load_judge().accepted_from <= run.confidence <= 1


@pytest.mark.parametrize("paragraph", [SPEED, OTHERS], ids=["inference", "others' work"])
def test_what_is_not_own_training_is_not_accepted(paragraph: tuple[str, str]) -> None:
    assert [run for run in runs(paragraph) if run.status is Status.ACCEPTED] == []


@pytest.mark.parametrize("paragraph", [SPEED, OTHERS], ids=["inference", "others' work"])
def test_beside_own_training_it_is_less_sure(paragraph: tuple[str, str]) -> None:
    confidences = {run.accelerator_count: run.confidence for run in runs(OWN, paragraph)}
    assert max(confidences, key=confidences.__getitem__) == 8


@pytest.mark.parametrize(
    "paragraph",
    [
        pytest.param(
            SPEED,
            id="inference",
            marks=pytest.mark.xfail(strict=True, reason="own training on the same card lends it confidence: 0.65"),
        ),
        pytest.param(OTHERS, id="others' work"),
        pytest.param(
            ("2 Related work", "Smith et al. [7] forecast tides, trained on 512 V100 GPUs."), id="cited subject"
        ),
        pytest.param(("5 Results", "Heron used 512 V100 GPUs according to its authors."), id="their authors"),
    ],
)
def test_beside_own_training_it_is_not_accepted_either(paragraph: tuple[str, str]) -> None:
    assert [run.accelerator_count for run in runs(OWN, paragraph) if run.status is Status.ACCEPTED] == [8]


def test_we_beside_a_citation_are_still_we() -> None:
    told = runs((SETUP, "Following Smith et al. [7], we trained all models on 8 NVIDIA V100 GPUs for 3 days."))
    assert [(run.accelerator_count, run.status) for run in told] == [(8, Status.ACCEPTED)]


def test_a_record_below_the_thresholds_is_a_candidate() -> None:
    [accepted] = runs(OWN)
    above = accepted.confidence + 0.001
    [candidate] = runs(OWN, judge=replace(load_judge(), accepted_from=above, surest_from=above))
    assert candidate == replace(accepted, status=Status.CANDIDATE)


def test_less_is_asked_of_the_surest_record() -> None:
    [accepted] = runs(OWN)
    strict = replace(load_judge(), accepted_from=accepted.confidence + 0.001, surest_from=accepted.confidence)
    assert runs(OWN, judge=strict) == [accepted]


def test_a_doubtful_statement_is_a_candidate_for_curators() -> None:
    [run] = runs(("5 Results", "The encoder of the authors was trained on 4 V100 GPUs."))
    assert run.status is Status.CANDIDATE
    assert (run.accelerator, run.accelerator_count) == ("NVIDIA Tesla V100", 4)
    assert run.confidence < load_judge().surest_from
