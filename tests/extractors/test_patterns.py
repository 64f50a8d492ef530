"""Every rule matches the line that it says it matches, and not the one that it says it does not."""

import pytest

from extractors.lexicon.benchmarks import load_datasets
from extractors.mentions import matching_patterns
from extractors.patterns import Pattern, TextRule, load_patterns, load_text_rules
from extractors.table_heads import label_of

RULES = [(name, pattern) for name in ("counts", "cues") for pattern in load_patterns(name)]


@pytest.mark.parametrize(("name", "pattern"), RULES, ids=lambda value: getattr(value, "id", value))
def test_a_pattern_matches_its_examples_and_only_them(name: str, pattern: Pattern) -> None:
    assert pattern.matches
    assert pattern.misses
    assert [text for text in pattern.matches if pattern.id not in matching_patterns(name, text)] == []
    assert [text for text in pattern.misses if pattern.id in matching_patterns(name, text)] == []


TEXT_RULE_FILES = ("sections", "stages", "contexts", "heads", "results", "tasks", "result_sentences")
TEXT_RULES = [rule for name in TEXT_RULE_FILES for rule in load_text_rules(name)]


@pytest.mark.parametrize("rule", TEXT_RULES, ids=lambda rule: rule.id)
def test_a_text_rule_matches_its_examples_and_only_them(rule: TextRule) -> None:
    assert rule.matches
    assert rule.misses
    assert [text for text in rule.matches if not rule.pattern.search(text)] == []
    assert [text for text in rule.misses if rule.pattern.search(text)] == []


@pytest.mark.parametrize("rule", load_text_rules("contexts"), ids=lambda rule: rule.id)
def test_a_context_weighs_against_what_stands_on_a_side_that_is_looked_at(rule: TextRule) -> None:
    """A label that is misspelt would be a rule that never applies."""
    assert rule.label in ("before", "after", "before-time", "after-time")
    assert rule.weight < 0


@pytest.mark.parametrize("rule", load_text_rules("results"), ids=lambda rule: rule.id)
def test_a_rule_of_result_heads_has_a_label_that_counts(rule: TextRule) -> None:
    assert rule.label in ("other-measure", "difference", "cost", "per-class", "setting", "bound", "other-task")


@pytest.mark.parametrize("rule", load_text_rules("tasks"), ids=lambda rule: rule.id)
def test_a_rule_of_tasks_names_one_that_has_a_benchmark_or_tells_another_apart(rule: TextRule) -> None:
    assert rule.label in {"other", *(dataset.task for dataset in load_datasets() if dataset.benchmark)}


@pytest.mark.parametrize(
    ("head", "label"),
    [
        ("Training time (h)", "training-time"),
        ("Training time per epoch", "other"),
        ("Search cost (GPU days)", "device-time"),
        ("Inference time (ms)", "other"),
        ("Training hours of speech", "other"),
        ("Time (h)", "time"),
        ("#GPUs", "count"),
        ("Number of GPUs", "count"),
        ("GPU type", "hardware"),
        ("Training hardware", "hardware"),
        ("Epochs", "progress"),
        ("Training data", "other"),
        ("Training steps", "progress"),
        ("GPU memory (GB)", None),
        ("BLEU", None),
    ],
)
def test_the_first_rule_that_matches_says_what_a_head_announces(head: str, label: str | None) -> None:
    assert label_of(head) == label
