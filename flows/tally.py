"""What a run of the main job did, in numbers, and which papers could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace

from extractors.records import (
    BurdenEstimate,
    Extraction,
    FailureCause,
    ModelProperty,
    Result,
    TrainingCompute,
    TrainingRun,
)


@dataclass(frozen=True, slots=True)
class FailedPaper:
    """A paper of this run that could not be read."""

    name: str
    cause: FailureCause
    message: str


_ADDED = (
    *("papers_new", "papers_parsed", "papers_with_runs", "papers_with_results"),
    *("runs_found", "burden_estimated", "records_found", "confidence_sum"),
)


@dataclass(slots=True)
class Tally:
    """What a run did."""

    papers_seen: int = 0
    papers_relevant: int = 0
    papers_new: int = 0
    papers_unchanged: int = 0
    """Read before by this extractor version."""
    papers_parsed: int = 0
    papers_with_runs: int = 0
    papers_with_results: int = 0
    runs_found: int = 0
    burden_estimated: int = 0
    records_found: int = 0
    """Runs, stated computing, results and properties."""
    confidence_sum: float = 0.0
    """Of these records."""
    failures: list[FailedPaper] = field(default_factory=list)
    ingest_run: int | None = None
    """Number of the run in the database; None where it left no row."""

    def read(self, extraction: Extraction, estimates: Sequence[BurdenEstimate]) -> None:
        """Count a paper that was read and saved."""
        records: list[TrainingRun | TrainingCompute | Result | ModelProperty] = [
            *extraction.runs,
            *extraction.training_compute,
            *extraction.results,
            *extraction.properties,
        ]
        self.papers_parsed += 1
        self.papers_with_runs += bool(extraction.runs)
        self.papers_with_results += bool(extraction.results)
        self.runs_found += len(extraction.runs)
        self.burden_estimated += sum(estimate.hardware_burden_flop is not None for estimate in estimates)
        self.records_found += len(records)
        self.confidence_sum += sum(record.confidence for record in records)

    def after(self, earlier: Tally) -> Tally:
        """The two together, where this is another attempt at the same: what the first has read is unchanged in it.

        1 of 5 read, then stopped; in the next attempt 4 read, 1 unchanged -> 5 read, 0 unchanged
        """
        told = {failure.name: failure for failure in (*self.failures, *earlier.failures)}
        return replace(
            self,
            papers_seen=max(self.papers_seen, earlier.papers_seen),
            papers_relevant=max(self.papers_relevant, earlier.papers_relevant),
            papers_unchanged=max(0, self.papers_unchanged - earlier.papers_parsed),
            failures=list(told.values()),
            **{name: getattr(self, name) + getattr(earlier, name) for name in _ADDED},
        )

    @property
    def failed_by_cause(self) -> dict[str, int]:
        return dict(sorted(Counter(failure.cause.value for failure in self.failures).items()))

    @property
    def unread(self) -> list[FailedPaper]:
        """Failures of papers that there is something to read of; a withdrawn one is as it should be."""
        return [failure for failure in self.failures if failure.cause is not FailureCause.WITHDRAWN]

    def counts(self) -> dict[str, object]:
        """Numbers only, for the run's row in the database."""
        numbers = {name: value for name, value in asdict(self).items() if name not in ("failures", "ingest_run")}
        return numbers | {"papers_failed": len(self.failures), "failed_by_cause": self.failed_by_cause}
