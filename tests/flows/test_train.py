"""`burden train`: PDFs at hand to weights, estimators and a card that says what they are worth."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import defaultdict
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest
import skops.io
from click.testing import CliRunner

import annotations.folds
import flows.training
from annotations.standoff import GOLD_RESULTS, GOLD_ROLES, GOLD_RUNS, NO_RUNS, load_gold_runs, load_roles
from annotations.value_labels import GOLD_VALUES, load_value_labels
from cli import main
from extractors.version import EXTRACTOR_VERSION
from models.judge import TrainedJudge

PAPERS, OUTER, INNER = 20, 2, 3


@dataclass(frozen=True)
class Made:
    """What a training on a few papers wrote and printed."""

    folder: Path
    judge: TrainedJudge
    card: str
    printed: str
    said: str

    @property
    def held_out(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.folder / "held-out.jsonl").read_text().splitlines()]


def few_real_papers(corpus: Path) -> list[Path]:
    """Those with the most different roles of sentences, and, for what is no run, some that report none."""
    roles = defaultdict(set)
    for label in load_roles():
        if (corpus / f"{label.paper}.pdf").is_file():
            roles[label.paper].add(label.role)
    rich = sorted(roles, key=lambda paper: (-len(roles[paper]), paper))
    without_runs = [fact.paper for fact in load_gold_runs() if fact.field == NO_RUNS]
    mute = [paper for paper in rich if paper in without_runs][: PAPERS // 3]
    return [corpus / f"{paper}.pdf" for paper in [*mute, *(paper for paper in rich if paper not in mute)][:PAPERS]]


@pytest.fixture(scope="module")
def made(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("train")
    pdfs, output = folder / "pdfs", folder / "trained"
    pdfs.mkdir()
    for path in few_real_papers(shared_dir / "corpus"):
        (pdfs / path.name).symlink_to(path)
    command = ["train", "--pdfs", pdfs, "--output", output, "--held-out", output / "held-out.jsonl", "--jobs", 2]
    with pytest.MonkeyPatch.context() as patch:
        for room in (annotations.folds, flows.training):
            patch.setattr(room, "OUTER_FOLDS", OUTER)
        patch.setattr(annotations.folds, "INNER_FOLDS", INNER)
        patch.setenv("BURDEN_HOME", str(folder / "home"))
        ran = CliRunner().invoke(main, [str(argument) for argument in command])
    assert ran.exit_code == 0, ran.output
    judge = TrainedJudge.from_json((output / "judge.json").read_text(encoding="ascii"))
    return Made(output, judge, (output / "card.md").read_text(encoding="utf-8"), ran.stdout, ran.stderr)


def test_weights_estimators_and_card_are_written_and_named(made: Made) -> None:
    assert sorted(path.name for path in made.folder.iterdir()) == [
        "card.md",
        "held-out.jsonl",
        "judge.json",
        "judge.skops",
    ]
    for path in made.folder.iterdir():
        assert f"wrote {path}" in made.said
    kept = skops.io.load(made.folder / "judge.skops")
    for name, model in (
        ("record", made.judge.record),
        ("own_result", made.judge.results.own),
        ("result", made.judge.results.record),
    ):
        weights = [model.weights[signal] for signal in kept[f"{name}_signals"].get_feature_names_out()]
        assert kept[name].coef_[0].tolist() == pytest.approx(weights, rel=1e-5)


def test_papers_that_are_not_at_hand_are_counted(made: Made) -> None:
    gold = {json.loads(line)["paper"] for line in GOLD_RUNS.read_text(encoding="utf-8").splitlines()}
    assert f"left out: {len(gold) - PAPERS} papers without a PDF, 0 unreadable, " in made.said
    assert f"{PAPERS} papers ({len(gold) - PAPERS} of the gold data not at hand or unreadable)" in made.card


def test_the_card_names_data_versions_and_figures(made: Made) -> None:
    read = (GOLD_RUNS, GOLD_ROLES, GOLD_RESULTS, GOLD_VALUES)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in read)).hexdigest()
    assert f"`{digest}`" in made.card
    assert f"Extractors {EXTRACTOR_VERSION};" in made.card
    for package in ("scikit-learn", "skops", "numpy", "scipy"):
        assert f"{package} {version(package)}" in made.card
    assert f"from a confidence of {made.judge.accepted_from:.2f} on" in made.card
    assert f"{OUTER} folds by paper" in made.card
    assert f"A result is accepted from a confidence of\n{made.judge.results.accepted_from:.2f} on" in made.card
    for title, model in (
        ("Mentions", made.judge.mention),
        ("Records", made.judge.record),
        ("Own results", made.judge.results.own),
        ("Records of results", made.judge.results.record),
    ):
        strongest = max(model.weights.items(), key=lambda item: abs(item[1]))
        assert f" {title}: `{strongest[0]}` {strongest[1]:+.2f}" in made.card
    assert "{" not in made.card, "every gap is filled"


def test_the_figures_of_the_card_are_printed(made: Made) -> None:
    rows = [row for row in made.card.splitlines() if re.match(r"\| (accelerator|count|duration|run|detection) ", row)]
    assert len(rows) == 5
    for row in rows:
        figures = re.findall(r"\d\.\d{3}", row)
        assert len(figures) == 3
        field = row.split()[1]
        assert any(line.split()[:1] == [field] and all(each in line for each in figures) for line in lines_of(made))


def test_the_card_counts_the_labelled_values_of_the_papers_at_hand(made: Made) -> None:
    labels = load_value_labels()
    held = [label for paper in papers_at_hand(made) for label in labels.get(paper, ())]
    owners = [label.own for label in held if label.right]
    assert owners.count(True) > 100 and owners.count(False) > 100
    words = " ".join(made.card.split())
    assert (
        f"Labelled values (`values.jsonl`), {len(held)}: own {owners.count(True)}, cited {owners.count(False)}, "
        f"of open owner {owners.count(None)}, no such result {len(held) - len(owners)}. " in words
    )
    judged = re.search(r"they judge (\d+) of the (\d+) values read, (\d+) of them right\.", words)
    assert judged is not None
    known, read, right = map(int, judged.groups())
    assert owners.count(True) < right <= known <= read


def test_the_card_has_the_figures_of_results_held_out(made: Made) -> None:
    names = ("value recall", "best value accuracy", "own precision", "own recall", "cited recall")
    for name in (*names, "own or cited accuracy"):
        [row] = [line for line in made.card.splitlines() if line.startswith(f"| {name} |")]
        share, hits, whole = re.fullmatch(r"\| [a-z ]+ \| (\S+) \(.*\) \| (\d+) \| (\d+) [a-z ]+ \|", row).groups()
        assert 0 < int(hits) <= int(whole)
        assert share == f"{int(hits) / int(whole):.3f}"
        assert any(line.startswith(name) and share in line for line in lines_of(made)), "printed, too"


def test_the_card_says_how_far_to_trust_the_confidences_of_results(made: Made) -> None:
    [said] = re.findall(r"error of results: (\S+) \(\S+\) over (\d+) records, (\d+) of them candidates", made.card)
    error, records, candidates = float(said[0]), int(said[1]), int(said[2])
    held_out = [record for record in made.held_out if record["kind"] == "result"]
    assert 0 < error < 0.5
    assert candidates <= [record.get("status") for record in held_out].count("candidate")
    assert len(held_out) / 2 < records <= len(held_out)


def test_the_figures_are_of_the_papers_at_hand(made: Made) -> None:
    [row] = [row for row in made.card.splitlines() if row.startswith("| detection ")]
    gold = re.search(r"(\d+) gold", row)
    assert gold is not None and 0 < int(gold[1]) <= PAPERS


def lines_of(made: Made) -> list[str]:
    return [line.strip(" │|┃") for line in made.printed.splitlines()]


def papers_at_hand(made: Made) -> set[str]:
    return {path.stem for path in (made.folder.parent / "pdfs").iterdir()}


def test_records_held_out_are_of_the_papers_at_hand_and_evaluate_to_the_same_figures(made: Made) -> None:
    assert {record["arxiv_id"] for record in made.held_out} <= papers_at_hand(made)
    assert len({record["arxiv_id"] for record in made.held_out}) > PAPERS / 2
    assert any(record.get("status") == "candidate" for record in made.held_out)
    evaluated = CliRunner().invoke(main, ["evaluate", "--pred", str(made.folder / "held-out.jsonl"), "--json"])
    assert evaluated.exit_code == 0, evaluated.output
    figures = json.loads(evaluated.output)
    for title, figure in (
        ("accelerator", figures["accelerator"]["precision"]),
        ("own precision", figures["full"]["own_precision"]),
        ("own or cited accuracy", figures["full"]["own_or_cited_accuracy"]),
    ):
        [row] = [row for row in made.card.splitlines() if row.startswith(f"| {title} ")]
        assert f"| {figure:.3f} " in row


def test_a_folder_without_papers_of_the_gold_data_is_refused(tmp_path: Path, samples_dir: Path) -> None:
    pdfs = tmp_path / "pdfs"
    pdfs.mkdir()
    shutil.copy(samples_dir / "1912.99001.pdf", pdfs)
    ran = CliRunner().invoke(main, ["train", "--pdfs", str(pdfs), "--output", str(tmp_path / "trained")])
    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert re.fullmatch(rf"Error: no PDF of the \d+ papers of the gold data in {re.escape(str(pdfs))}\n", ran.stderr)
    assert not (tmp_path / "trained").exists()


def test_a_folder_with_too_few_papers_is_refused_in_words(tmp_path: Path, samples_dir: Path) -> None:
    """An invented paper in the place of a real one: none of the labels are found in it."""
    pdfs = tmp_path / "pdfs"
    pdfs.mkdir()
    shutil.copy(samples_dir / "1912.99001.pdf", pdfs / "1706.03762.pdf")
    ran = CliRunner().invoke(main, ["train", "--pdfs", str(pdfs), "--output", str(tmp_path / "trained"), "--jobs", "1"])
    assert ran.exit_code == 1
    assert "Error: " in ran.stderr and "papers" in ran.stderr
    assert "unexpected" not in ran.stderr
