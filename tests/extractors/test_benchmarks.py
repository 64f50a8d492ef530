"""The benchmarks and metrics as data: how papers write them, what is told apart, rows added and rows broken."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import pytest
from documents import document_of
from hypothesis import given, settings
from hypothesis import strategies as st
from result_tables import table_of_results, values

from extractors import model_labels
from extractors.lexicon import benchmarks
from extractors.lexicon.benchmarks import (
    BENCHMARK,
    CORPUS,
    MOST_CHARACTERS,
    MOST_MENTIONS,
    Dataset,
    default_metric,
    find_datasets,
    find_named_data,
    load_datasets,
    load_metrics,
)
from extractors.lexicon.catalogue import LexiconError
from extractors.performance import heads

SPELLINGS = {
    "ImageNet (ILSVRC 2012)": (
        "ImageNet1K|ImageNet1k|ImageNet2012|"
        "ImageNet|ImageNet-1K|ImageNet-1k|ImageNet 1K|ImageNet (1K)|ImageNet 2012|ImageNet ILSVRC-2012|ILSVRC|ILSVRC'12"
        "|ILSVRC 2012|ILSVRC12|ILSVRC-2012 classification|INet|i-Net|INet-1k|IN-1K|IN1k|IN 1K|ImNet|Im-Net|Image-Net"
        "|Image Net|IMAGENET|image- net"
    ),
    "COCO detection": (
        "COCO|MS COCO|MS-COCO|MSCOCO|COCO 2017|COCO'17|coco|minival|mini-val|test-dev|testdev|test-dev2017|trainval35k"
    ),
    "SQuAD 1.1": "SQuAD|SQuAD 1.1|SQuAD v1.1|SQuAD1.1|SQuADv1.1|SQuAD (v1.1|SQuAD (1.1|SQuAD version 1.1|SQUAD",
    "CoNLL-2003 English NER": (
        "CoNLL-2003|CoNLL 2003|CoNLL2003|CoNLL03|CoNLL-03|CoNLL'03|CoNLL-2003 NER|CoNLL-2003 (English)|NER"
    ),
    "WMT 2014 English to German": (
        "En-De|EN-DE|EN–DE|En→De|EN→DE|En -> De|En ⇒ De|En-Ger|English-German|English-to-German|English to German"
        "|English→German|en_de|En/De|En2De|En-to-De"
    ),
    "WMT 2014 English to French": (
        "En-Fr|EN-FR|EN–FR|En→Fr|En -> Fr|English-French|English-to-French|English to French|English→French|en_fr|En2Fr"
    ),
    "CIFAR-10": "CIFAR-10|CIFAR10|CIFAR 10|Cifar-10|CIFAR-10+|CIFAR-10++|C10|C-10|C10+|CF10|CF-10",
    "CIFAR-100": "CIFAR-100|CIFAR100|CIFAR 100|Cifar-100|CIFAR-100+|C100|C-100|C100+|CF100|CF-100",
    "LibriSpeech test-clean": "test-clean|test clean|test_clean|testclean|clean|Test clean",
    "LibriSpeech test-other": "test-other|test other|test_other|testother|other|Test other",
    "ImageNet variants": (
        "ImageNet-V2|ImageNet V2|ImageNetV2|ImageNet-v2|ImageNet-ReaL|ImageNet ReaL|ImageNet Real|ReaL|Real|V2"
        "|ImageNet-A|ImageNet-R|ImageNet-C|ImageNet-Sketch|ImageNet-LT|ImageNet-100|ImageNet-32|ImageNet64"
        "|ImageNet 64x64|IN-V2|IN-A|IN-R|IN-Sketch|INet-V2|ImNet ReaL|Tiny ImageNet|TinyImageNet|Tiny-ImageNet"
        "|mini-ImageNet|ObjectNet"
    ),
    "ImageNet localisation and detection": (
        "ImageNet localization|ImageNet localisation|ILSVRC DET|ILSVRC 2014 detection|ImageNet VID|ImageNet LOC"
    ),
    "other image classification": (
        "SVHN|MNIST|Fashion-MNIST|STL-10|Stanford Cars|Stanford Dogs|Oxford Pets|Oxford-IIIT Pets|Flowers|Flowers-102"
        "|Flower|Cars|Food-101|Birdsnap|Aircraft|Caltech-101|SUN397|DTD|iNaturalist 2018|iNat18|Places365|CUB-200"
        "|VTAB|EuroSAT|RESISC45|PatchCamelyon|Omniglot|CelebA|CINIC|WebVision|Mean|Avg.|Kinetics|CIFAR-10.1|CIFAR-10-C"
        "|CIFAR-100-C|CIFAR-10-LT|CIFAR-100-LT|YFCC"
    ),
    "other detection and COCO tasks": (
        "PASCAL VOC|VOC 2007|VOC07|KITTI|LVIS|Objects365|OpenImages|Open-Images|CrowdHuman|WIDER Face|Cityscapes|ADE20K"
        "|Visual Genome|COCO keypoints|COCO keypoint|COCO-Pose|COCO captions|COCO-Stuff|COCO panoptic|COCO-WholeBody"
        "|CrowdPose|MPII|DAVIS|YouTube-VOS"
    ),
    "other reading": (
        "SQuAD 2.0|SQuAD v2.0|SQuAD2.0|SQuADv2|SQuAD (v2.0|SQuAD version 2|v2.0|Adversarial SQuAD|AddSent|AddOneSent"
        "|TriviaQA|HotpotQA|NewsQA|SearchQA|Natural Questions|NQ|RACE|QuAC|CoQA|MS MARCO|DuReader|DROP|BoolQ|CMRC|DRCD"
        "|MLQA|XQuAD|TyDi"
    ),
    "other tagging": (
        "CoNLL-2000|CoNLL 2002|CoNLL-2012|OntoNotes|German|Spanish|Dutch|German CoNLL-2003|WNUT|ACE|chunking|POS|SRL"
        "|coreference|WikiAnn|GENIA|BC5CDR|NCBI"
    ),
    "other translation": (
        "WMT16|WMT'16|WMT 2015|WMT17|WMT 2019|newstest2013|newstest2016|test2013|ntst2015|IWSLT|IWSLT14|IWSLT'15|NIST"
        "|TED talks|FLORES|De-En|DE→EN|German-English|Fr-En|Ro-En|En-Ro|En-Cs|English-Czech|Zh-En|En-Vi|En-Fi"
    ),
    "other speech": (
        "dev-clean|dev-other|dev clean|Switchboard|SWB|SWBD|CallHome|WSJ|TIMIT|TED-LIUM|Common Voice|AISHELL|CHiME|Hub5"
        "|eval92|Fisher|Mandarin"
    ),
    "ImageNet-21k and larger corpora of images": (
        "ImageNet-21K|ImageNet-22k|ImageNet21k|ImageNet 21k|IN-21K|IN-22k|IN22K|I21k|full ImageNet|JFT|JFT-300M"
        "|JFT-3B|Instagram|IG-1|LAION"
    ),
    "other language understanding": (
        "MNLI|MNLI-m|SST-2|SST|QQP|QNLI|CoLA|MRPC|STS-B|RTE|WNLI|SNLI|GLUE|SuperGLUE|ANLI|HellaSwag|WinoGrande|PIQA|SWAG"
        "|IMDb|Yelp|AG's news|WikiText|PTB|LAMBADA|enwik8"
    ),
}
"""How papers write each row's data set, by the row's name, separated by ``|``."""

WRITTEN = [(name, text) for name, texts in SPELLINGS.items() for text in texts.split("|")]


def named(text: str) -> list[str | None]:
    """The benchmarks of the data sets on which ``text`` says that models are evaluated; None for one told apart."""
    return [mention.dataset.benchmark for mention in find_datasets(text)]


@pytest.mark.parametrize(("name", "text"), WRITTEN, ids=[text for _, text in WRITTEN])
def test_a_data_set_is_found_as_papers_write_it(name: str, text: str) -> None:
    (found,) = find_named_data(text)
    assert (found.dataset.name, text[found.start : found.end]) == (name, text)


@pytest.mark.parametrize("dataset", load_datasets(), ids=lambda dataset: dataset.name)
def test_spellings_of_every_row_are_tested(dataset: Dataset) -> None:
    assert len(SPELLINGS[dataset.name].split("|")) > 2


_PLAIN_CHARACTERS = "".join(map(chr, range(32, 127))) + "–’→⇒↔"


@pytest.mark.parametrize("dataset", load_datasets(), ids=lambda dataset: dataset.name)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_root_stands_in_whatever_a_row_matches(dataset: Dataset, data: st.DataObject) -> None:
    """A text without any of the roots is not looked into, so that a match without one would never be found."""
    pattern, _ = data.draw(st.sampled_from(dataset.patterns))
    text = data.draw(st.from_regex(pattern, fullmatch=True, alphabet=_PLAIN_CHARACTERS))
    assert any(root in text.lower() for root in dataset.roots)


@pytest.mark.parametrize(
    "text",
    [
        "ImageNette",
        "cocoon",
        "Cocos",
        "CIFAR-1000",
        "C-1000",
        "MC10",
        "another",
        "others",
        "Other methods",
        "clean data",
        "Winner",
        "dinner",
        "When De",
        "token-deep",
        "En-Dense",
        "LibriSpeech",
        "WMT 2014",
    ],
)
def test_words_that_only_look_alike_name_no_benchmark(text: str) -> None:
    assert named(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CIFAR-10 and CIFAR-100", ["cifar10", "cifar100"]),
        ("COCO test-dev", ["coco", "coco"]),
        ("SQuAD v1.1 / v2.0", ["squad1.1", None]),
        ("ImageNet, ImageNet-V2 and ImageNet-ReaL", ["imagenet", None, None]),
        ("CoNLL-2003 German", ["conll2003", None]),
        ("WMT16 En-De", [None, "wmt14-en-de"]),
        ("WMT14 De-En", [None]),
        ("Flowers before ImageNet", [None, "imagenet"]),
        ("", []),
    ],
)
def test_several_data_sets_are_found_in_the_order_of_the_text(text: str, found: list[str | None]) -> None:
    assert named(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "ImageNet pre-trained",
        "ImageNet-pretrained",
        "ImageNet pretraining",
        "ImageNet weights",
        "ImageNet checkpoint",
        "ImageNet supervised",
        "ImageNet features",
        "pre-trained on ImageNet",
        "pretrained on the ImageNet",
        "pre-trained weights from ImageNet",
        "initialized from ImageNet",
        "initialised with ImageNet",
        "fine-tuned from ImageNet",
        "ImageNet-21k",
        "JFT-300M",
    ],
)
def test_data_that_was_only_pretrained_on_is_not_evaluated_on(text: str) -> None:
    assert named(text) == []
    assert [mention.dataset.kind for mention in find_named_data(text)] in ([BENCHMARK], [CORPUS])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("COCO, ImageNet pre-trained", ["coco"]),
        ("pre-trained on ImageNet-21k, ImageNet top-1", ["imagenet"]),
        ("fine-tuned on ImageNet", ["imagenet"]),
        ("trained on ImageNet", ["imagenet"]),
        ("ImageNet top-1 of pretrained models", ["imagenet"]),
    ],
)
def test_what_is_pretrained_on_one_is_evaluated_on_the_other(text: str, found: list[str | None]) -> None:
    assert named(text) == found


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("NER", True),
        ("CoNLL-2003 NER", False),
        ("En-De", True),
        ("CIFAR", True),
        ("clean", True),
        ("ImageNet", False),
        ("CIFAR-10", False),
    ],
)
def test_words_that_need_a_context_are_hints(text: str, hint: bool) -> None:
    assert [mention.hint for mention in find_datasets(text)] == [hint]


@pytest.mark.parametrize(
    ("task", "metric"),
    [
        ("image-classification", "top1_accuracy"),
        ("question-answering", "f1"),
        ("named-entity-recognition", "f1"),
        ("translation", "bleu"),
        ("speech-recognition", "wer"),
        ("object-detection", None),
    ],
)
def test_a_task_has_one_metric_that_is_meant_where_nobody_says(task: str, metric: str | None) -> None:
    default = default_metric(task)
    assert (default and default.metric) == metric


def test_benchmarks_and_metrics_are_the_contract_s() -> None:
    """Ids that others build on; the list only grows."""
    metrics_of = {
        dataset.benchmark: {metric.metric for metric in load_metrics() if dataset.task in metric.tasks}
        for dataset in load_datasets()
        if dataset.kind == BENCHMARK
    }
    promised = {
        "imagenet": {"top1_accuracy", "top5_accuracy"},
        "coco": {"box_ap", "box_ap50", "box_ap75"},
        "squad1.1": {"em", "f1"},
        "conll2003": {"f1"},
        "wmt14-en-de": {"bleu"},
        "wmt14-en-fr": {"bleu"},
        "cifar10": {"top1_accuracy"},
        "cifar100": {"top1_accuracy"},
    }
    assert [name for name in promised if not promised[name] <= metrics_of.get(name, set())] == []
    assert all(metrics_of.values())
    assert [metric.metric for metric in load_metrics() if not metric.higher_is_better] == ["wer"]


Lexicon = Callable[..., None]


@pytest.fixture
def lexicon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Lexicon]:
    """``lexicon(benchmarks=text, metrics=text)``: other texts of the two files; what was read before is forgotten."""
    shipped = resources.files("extractors.lexicon")
    cached = (
        benchmarks.load_datasets,
        benchmarks.load_metrics,
        benchmarks._all_roots,
        benchmarks.find_named_data,
        heads.said,
        heads.said_by_path,
        model_labels.may_name,
    )

    def write(**texts: str) -> None:
        for name in ("benchmarks", "metrics"):
            text = texts.get(name) or shipped.joinpath(f"{name}.csv").read_text(encoding="utf-8")
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        monkeypatch.setattr(benchmarks, "resources", SimpleNamespace(files=lambda package: tmp_path))
        forget()

    def forget() -> None:
        for each in cached:
            each.cache_clear()

    yield write
    forget()


DATASET_ROW = {
    "benchmark": "arboretum",
    "name": "Arboretum",
    "kind": "benchmark",
    "task": "tree-counting",
    "roots": "arboretum",
    "names": r"arboretum(?:[\s-]?12)?",
}
METRIC_ROW = {
    "metric": "tree_score",
    "name": "Tree score",
    "tasks": "tree-counting",
    "better": "higher",
    "low_percent": "1",
    "high_percent": "99",
    "default": "yes",
    "names": r"tree[\s-]?score|\bTS\b",
    "plain": r"\bscore\b",
}


def shipped_text(name: str) -> str:
    return resources.files("extractors.lexicon").joinpath(f"{name}.csv").read_text(encoding="utf-8")


def test_a_text_has_no_more_mentions_than_anyone_reads() -> None:
    repeated = find_named_data("coco " * 20_000)
    assert [each.start for each in repeated] == [5 * place for place in range(MOST_MENTIONS)]
    leaves = "leaves " * (MOST_CHARACTERS // 7)
    assert [each.dataset.benchmark for each in find_named_data(f"ImageNet {leaves} COCO")] == ["imagenet"]


def with_row(name: str, row: Mapping[str, str]) -> str:
    """The shipped file with one more row."""
    columns = next(csv.reader([shipped_text(name).splitlines()[0]]))
    text = io.StringIO()
    csv.DictWriter(text, columns, restval="", lineterminator="\n").writerow(row)
    return shipped_text(name) + text.getvalue()


def test_a_benchmark_and_its_metric_are_added_by_rows_alone(lexicon: Lexicon) -> None:
    tables = [
        table_of_results(
            [["Model", "Arboretum-12 TS", "ImageNet Top-1"], ["AlderNet", "61.5", "76.2"]], "Trees and images."
        ),
        table_of_results([["Model", "Score"], ["AlderNet", "62.5"]], "Results on Arboretum."),
        table_of_results([["Model", "Arboretum"], ["AlderNet", "63.5"]]),
    ]
    paper = document_of("We count the trees of Arboretum.", "We report ImageNet.")
    assert values(*tables, paper=paper) == [("imagenet", "top1_accuracy", 76.2)]
    lexicon(benchmarks=with_row("benchmarks", DATASET_ROW), metrics=with_row("metrics", METRIC_ROW))
    assert values(*tables, paper=paper) == [
        ("arboretum", "tree_score", 61.5),
        ("imagenet", "top1_accuracy", 76.2),
        ("arboretum", "tree_score", 62.5),
        ("arboretum", "tree_score", 63.5),
    ]


def test_a_data_set_is_told_apart_by_a_row_alone(lexicon: Lexicon) -> None:
    table = table_of_results([["Model", "ImageNet", "ImageNet-Elm"], ["A", "76.2", "41.5"]], "Top-1 accuracy.")
    assert values(table) == [("imagenet", "top1_accuracy", 76.2), ("imagenet", "top1_accuracy", 41.5)]
    elsewhere = {
        **DATASET_ROW,
        "benchmark": "",
        "kind": "elsewhere",
        "task": "image-classification",
        "roots": "imagenet",
        "names": "imagenet-elm",
    }
    lexicon(benchmarks=with_row("benchmarks", elsewhere))
    assert values(table) == [("imagenet", "top1_accuracy", 76.2)]


DATASET_LINE = len(shipped_text("benchmarks").splitlines()) + 1
METRIC_LINE = len(shipped_text("metrics").splitlines()) + 1


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"kind": "benchmarks"}, "kind 'benchmarks' does not go with 'arboretum'"),
        ({"kind": "elsewhere"}, "kind 'elsewhere' does not go with 'arboretum'"),
        ({"kind": "corpus"}, "kind 'corpus' does not go with 'arboretum'"),
        ({"benchmark": ""}, "kind 'benchmark' does not go with ''"),
        ({"names": "arbor(etum"}, "unterminated subpattern"),
        ({"names": "arbor[etum"}, "unterminated character set"),
        ({"hints": "arbor)(?:etum"}, "unbalanced parenthesis"),
        ({"hints": "arbor{2}{3}"}, "multiple repeat"),
        ({"context": "*arboretum"}, "nothing to repeat"),
    ],
)
def test_a_broken_row_of_a_benchmark_is_named(lexicon: Lexicon, change: dict[str, str], complaint: str) -> None:
    lexicon(benchmarks=with_row("benchmarks", {**DATASET_ROW, **change}))
    with pytest.raises(LexiconError, match=rf"benchmarks\.csv, line {DATASET_LINE}: .*{complaint}"):
        load_datasets()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"better": "larger"}, "better should be higher or lower, not 'larger'"),
        ({"better": ""}, "better should be higher or lower, not ''"),
        ({"low_percent": "1,5"}, "could not convert string to float: '1,5'"),
        ({"high_percent": ""}, "could not convert string to float: ''"),
        ({"names": "tree)"}, "unbalanced parenthesis"),
        ({"plain": "(?<=a*)tree"}, "look-behind requires fixed-width pattern"),
        ({"unless": "(?P<a"}, "missing >, unterminated name"),
        ({"paper_unless": "a**"}, "multiple repeat"),
    ],
)
def test_a_broken_row_of_a_metric_is_named(lexicon: Lexicon, change: dict[str, str], complaint: str) -> None:
    lexicon(metrics=with_row("metrics", {**METRIC_ROW, **change}))
    with pytest.raises(LexiconError, match=rf"metrics\.csv, line {METRIC_LINE}: .*{complaint}"):
        load_metrics()


def test_a_row_with_a_cell_too_few_or_too_many_is_named(lexicon: Lexicon) -> None:
    lexicon(benchmarks=shipped_text("benchmarks") + "elm,Elm,benchmark\n")
    with pytest.raises(LexiconError, match=rf"benchmarks\.csv, line {DATASET_LINE}: as many cells as columns"):
        load_datasets()
    lexicon(metrics=shipped_text("metrics") + "elm" + "," * 30 + "\n")
    with pytest.raises(LexiconError, match=rf"metrics\.csv, line {METRIC_LINE}: as many cells as columns"):
        load_metrics()


def test_missing_columns_are_named(lexicon: Lexicon) -> None:
    lexicon(benchmarks="benchmark,name,kind,task\n", metrics="metric\n")
    with pytest.raises(LexiconError, match=r"benchmarks\.csv lacks the columns roots, names, hints, context, not_on"):
        load_datasets()
    with pytest.raises(LexiconError, match=r"metrics\.csv lacks the columns name, tasks, better"):
        load_metrics()
