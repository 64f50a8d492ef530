"""Every rule matches the line that it says it matches, and not the one that it says it does not."""

import pytest

from extractors.mentions import matching_patterns
from extractors.patterns import Pattern, TextRule, load_patterns, load_text_rules

RULES = [(name, pattern) for name in ("counts", "cues") for pattern in load_patterns(name)]


@pytest.mark.parametrize(("name", "pattern"), RULES, ids=lambda value: getattr(value, "id", value))
def test_a_pattern_matches_its_examples_and_only_them(name: str, pattern: Pattern) -> None:
    assert pattern.matches
    assert pattern.misses
    assert [text for text in pattern.matches if pattern.id not in matching_patterns(name, text)] == []
    assert [text for text in pattern.misses if pattern.id in matching_patterns(name, text)] == []


@pytest.mark.parametrize("rule", [*load_text_rules("sections"), *load_text_rules("stages")], ids=lambda rule: rule.id)
def test_a_text_rule_matches_its_examples_and_only_them(rule: TextRule) -> None:
    assert [text for text in rule.matches if not rule.pattern.search(text)] == []
    assert [text for text in rule.misses if rule.pattern.search(text)] == []
