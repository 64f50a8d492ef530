"""Inside of ``extractors.results``: how good models are on benchmarks, as tables and sentences say it."""
