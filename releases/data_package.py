"""``datapackage.json``: a release as a Data Package (datapackage.org, version 2 of the standard)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from releases.contents import ABOUT, KEYWORDS, LICENCE_FILE, MAKER, MEDIA_TYPES, TITLE, Contents
from releases.dictionary import ColumnType
from releases.licences import Terms
from releases.tables import PAPERS, Column, ReleaseTable

_TYPES: Mapping[ColumnType, dict[str, str]] = {
    ColumnType.TEXT: {"type": "string"},
    ColumnType.INTEGER: {"type": "integer"},
    ColumnType.NUMBER: {"type": "number"},
    ColumnType.BOOLEAN: {"type": "boolean"},
    ColumnType.DATE: {"type": "date"},
    ColumnType.MOMENT: {"type": "datetime"},
    ColumnType.TEXTS: {"type": "array"},
    ColumnType.JSON: {"type": "any"},
}


def data_package(contents: Contents) -> dict[str, Any]:
    """The descriptor: CSV files are tables with a schema, Parquet files the same rows as plain files."""
    csv_files = [_csv_resource(table, contents) for table in contents.tables]
    parquet_files = [_parquet_resource(table, contents) for table in contents.tables]
    descriptor = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "burden",
        "title": TITLE,
        "description": ABOUT,
        "version": contents.name,
        "created": f"{contents.day.isoformat()}T00:00:00Z",
        "keywords": list(KEYWORDS),
        "contributors": [{"title": MAKER, "roles": ["creator"]}],
        "licenses": [_licence(each) for each in (*contents.licences, *contents.without_licence)],
        "sources": [_source(each) for each in contents.terms.values() if each.rows_released],
        "resources": csv_files + parquet_files,
    }
    return descriptor | ({"homepage": contents.address} if contents.site_url else {})


def _resource(table: ReleaseTable, contents: Contents, file_format: str) -> dict[str, Any]:
    file = contents.files[table.name, file_format]
    return {
        "path": file.path,
        "title": table.title,
        "format": file_format,
        "mediatype": MEDIA_TYPES[f".{file_format}"],
        "bytes": file.byte_count,
        "hash": f"sha256:{file.sha256}",
    }


def _csv_resource(table: ReleaseTable, contents: Contents) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    if table.of_papers and table.name != PAPERS:
        reference = {"resource": PAPERS, "fields": ["arxiv_id"]}
        schema["foreignKeys"] = [{"fields": ["arxiv_id"], "reference": reference}]
    return {
        "name": table.name,
        "type": "table",
        **_resource(table, contents, "csv"),
        "encoding": "utf-8",
        "dialect": {"lineTerminator": "\n"},
        "schema": schema,
    }


def _parquet_resource(table: ReleaseTable, contents: Contents) -> dict[str, Any]:
    return {"name": f"{table.name}-parquet", "type": "file", **_resource(table, contents, "parquet")}


def _field(column: Column) -> dict[str, Any]:
    unit = {"unit": column.unit} if column.unit else {}
    return {"name": column.name, **_TYPES[column.type], "description": column.meaning, **unit}


def _licence(line: Terms) -> dict[str, str]:
    """A name is an identifier: where no licence is stated there is none, and a title says whose rows these are."""
    if not line.licence_url:
        return {"path": LICENCE_FILE, "title": f"{line.licence}: {line.title}"}
    return {"name": line.licence, "path": line.licence_url}


def _source(line: Terms) -> dict[str, str]:
    return {"title": line.title} | ({"path": line.url} if line.url else {})
