"""Making a release of what the database holds, and making an earlier one again.

The rows are read at one moment, written down as stored rows, and files are made from these alone. The database keeps
the same rows and the describing files as they are, so that whatever becomes of facts, views and programs, the release
can be made again byte by byte.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from db.engine import Engine
from db.public_stamp import public_stamp
from db.public_trends import imports_in_use
from db.release_store import StoredRelease, release, release_rows, store_release
from db.release_views import at_one_moment
from extractors.lexicon.catalogue import Catalogue
from releases.contents import LICENCE_FILE, Contents, FileFacts
from releases.croissant import croissant
from releases.data_files import Columns, parquet_writer
from releases.data_package import data_package
from releases.dictionary import ColumnType
from releases.errors import ReleaseError
from releases.files import refuse_other_files, whole_folder, write_checksums, write_tables, write_texts
from releases.licences import Terms, may_be_quoted, terms
from releases.rows import released_rows
from releases.tables import TABLES, ReleaseTable
from releases.texts import citation_file, dictionary_file, licence_file, read_me

_TEXT = "text:"
"""Before the name of a describing file, as which the database keeps it beside the tables."""
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[.-][0-9a-z]{1,20})?")


@dataclass(frozen=True, slots=True)
class ReleaseOrder:
    """What somebody asks for."""

    name: str
    """A day, and a further part where a day has several: ``2026-11-27``, ``2026-11-27.2``."""
    permitted: tuple[str, ...] = ()
    """Sources without a licence whose rows are released all the same: whoever asks has their makers' permission."""
    site_url: str = ""


@dataclass(frozen=True, slots=True)
class MadeRelease:
    name: str
    folder: Path
    files: tuple[FileFacts, ...]
    row_counts: Mapping[str, int]
    left_behind: Mapping[str, int] = field(default_factory=dict)
    """Rows by source that stayed behind for want of a licence."""


def make_release(engine: Engine, folder: Path, order: ReleaseOrder, catalogue: Catalogue) -> MadeRelease:
    """Make a release in ``folder/<name>`` and keep it in the database: both whole, or nothing of it.

    The same rows under the same name give the same bytes, and change nothing where they are there already.
    ``ReleaseError`` where the name is none, or another release has it.
    """
    day = _day(order.name)
    known_terms = terms(order.permitted)
    stamp = public_stamp(engine).number
    with whole_folder(folder / order.name) as being_made:
        spool = being_made / ".rows"
        spool.mkdir()
        made_at = datetime.now(UTC)
        left_behind = _write_down(engine, spool, known_terms, catalogue)
        columns = {table.name: _columns(table) for table in TABLES}
        data = write_tables(being_made, columns, lambda table: _stored(spool, table))
        contents = Contents(order.name, day, TABLES, data, known_terms, left_behind, parquet_writer(), order.site_url)
        texts = _texts(contents)
        files = (*data.values(), *write_texts(being_made, texts))
        manifest = {
            "parquet_writer": contents.parquet_writer,
            "tables": {name: [[column, str(kind)] for column, kind in held] for name, held in columns.items()},
            "texts": list(texts),
            "files": {file.path: asdict(file) for file in files},
        }
        write_checksums(being_made, files)
        rows = {table: _stored(spool, table) for table in columns} | {
            f"{_TEXT}{name}": iter([text.encode("utf-8")]) for name, text in texts.items()
        }
        refuse_other_files(folder / order.name, being_made)
        _keep(engine, order.name, made_at, stamp, manifest, rows)
        for path in spool.iterdir():
            path.unlink()
        spool.rmdir()
    return MadeRelease(order.name, folder / order.name, files, _row_counts(data), left_behind)


def rebuild_release(engine: Engine, folder: Path, name: str, with_parquet: bool = True) -> MadeRelease:
    """Make an earlier release again in ``folder/<name>``, byte by byte as it was.

    ``ReleaseError`` where there is no such release, where its rows come out otherwise than they were stored, or where
    its Parquet files do because another pyarrow wrote them. Without Parquet, the other files are as they were. A folder
    of it with damaged or missing files is made whole.
    """
    kept = release(engine, name)
    if kept is None:
        raise ReleaseError(f"there is no release {name[:60]!r} in the database (burden release --list)")
    manifest = kept.manifest
    columns = {table: _columns_of(held) for table, held in manifest["tables"].items()}
    formats = ("csv", "parquet") if with_parquet else ("csv",)
    with whole_folder(folder / name) as being_made:
        data = write_tables(being_made, columns, lambda table: release_rows(engine, name, table), formats)
        texts = {text: b"".join(release_rows(engine, name, _TEXT + text)).decode() for text in manifest["texts"]}
        files = (*data.values(), *write_texts(being_made, texts))
        _compare(name, files, manifest)
        known = [FileFacts(**facts) for facts in manifest["files"].values()]
        write_checksums(being_made, known)
    return MadeRelease(name, folder / name, files, _row_counts(data))


def released_row_count(kept: StoredRelease) -> int:
    """Rows of all its tables; the describing files, which are kept beside them, are none."""
    return sum(kept.row_counts[table] for table in kept.manifest["tables"])


def _row_counts(data: Mapping[tuple[str, str], FileFacts]) -> dict[str, int]:
    return {table: file.row_count or 0 for (table, kind), file in data.items() if kind == "csv"}


def _compare(name: str, files: Iterable[FileFacts], manifest: Mapping[str, Any]) -> None:
    differing = [file.path for file in files if manifest["files"][file.path]["sha256"] != file.sha256]
    if not differing:
        return
    written_by = manifest["parquet_writer"]
    if all(path.endswith(".parquet") for path in differing) and written_by != parquet_writer():
        version = written_by.replace(" ", "==")
        raise ReleaseError(
            f"release {name}: its Parquet files were written by {written_by}, and {parquet_writer()} gives the same"
            f" rows in other bytes: install {version}, or make it again --without-parquet"
        )
    raise ReleaseError(
        f"release {name} comes out otherwise than it was: {', '.join(differing[:5])}; nothing was written"
    )


def _keep(
    engine: Engine,
    name: str,
    made_at: datetime,
    stamp: int,
    manifest: Mapping[str, Any],
    rows: Mapping[str, Iterator[bytes]],
) -> None:
    """Store the release, unless the very same is there: the digests of the files in its manifest tell its rows."""
    kept = release(engine, name)
    if kept is None:
        store_release(engine, name, made_at, stamp, manifest, rows)
    elif kept.manifest != json.loads(json.dumps(manifest)):
        raise ReleaseError(
            f"there is another release {name} already: choose another --name,"
            f" or make its files again with --rebuild {name}"
        )


def _day(name: str) -> date:
    found = _NAME.fullmatch(name)
    try:
        return date.fromisoformat(found[1]) if found else date.fromisoformat("")
    except ValueError:
        raise ReleaseError(
            f"a release is named by a day, as 2026-11-27 or 2026-11-27.2, and not {name[:60]!r}"
        ) from None


def _write_down(engine: Engine, spool: Path, known_terms: Mapping[str, Terms], catalogue: Catalogue) -> dict[str, int]:
    """The stored rows of each table, a line each; how many rows of which source stayed behind."""
    left_behind: Counter[str] = Counter()

    def stays(source: str) -> None:
        left_behind[source] += 1

    lists = {
        "imports": _imports(engine, known_terms),
        "accelerators": _accelerators(catalogue),
        "sources": [asdict(line) for line in known_terms.values()],
    }
    with at_one_moment(engine) as moment:
        licences = moment.rows("papers_v1", ("arxiv_id", "license_url"), ("arxiv_id",))
        quotable = {row["arxiv_id"] for row in licences if may_be_quoted(row["license_url"])}
        for table in TABLES:
            names = [column.name for column in table.columns if column.name != "attribution"]
            held = lists.get(table.view)
            rows = moment.rows(table.view, names, table.order) if held is None else held
            with (spool / table.name).open("wb") as stream:
                stream.writelines(row + b"\n" for row in released_rows(table, rows, known_terms, quotable, stays))
    return dict(sorted(left_behind.items()))


def _imports(engine: Engine, known_terms: Mapping[str, Terms]) -> list[dict[str, Any]]:
    return [
        {
            "source": file.source,
            "file_name": file.file_name,
            "sha256": file.sha256,
            "imported_at": file.imported_at,
            "model_count": file.models,
            "result_count": file.results,
            "rows_released": file.source in known_terms and known_terms[file.source].rows_released,
        }
        for file in sorted(imports_in_use(engine), key=lambda file: (file.source, file.file_name))
    ]


def _accelerators(catalogue: Catalogue) -> list[dict[str, Any]]:
    derived = ("peak_tflops", "peak_precision")
    return [asdict(each) | {name: getattr(each, name) for name in derived} for each in catalogue]


def _columns(table: ReleaseTable) -> Columns:
    return [(column.name, column.type) for column in table.columns]


def _columns_of(held: Iterable[tuple[str, str]]) -> Columns:
    return [(name, ColumnType(kind)) for name, kind in held]


def _stored(spool: Path, table: str) -> Iterator[bytes]:
    with (spool / table).open("rb") as lines:
        for line in lines:
            yield line.removesuffix(b"\n")


def _texts(contents: Contents) -> dict[str, str]:
    return {
        "README.md": read_me(contents),
        LICENCE_FILE: licence_file(contents),
        "CITATION.cff": citation_file(contents),
        "data-dictionary.csv": dictionary_file(contents),
        "datapackage.json": _json_text(data_package(contents)),
        "croissant.json": _json_text(croissant(contents)),
    }


def _json_text(described: Mapping[str, Any]) -> str:
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"
