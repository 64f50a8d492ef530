"""``croissant.json``: a release in MLCommons' vocabulary for data sets, Croissant 1.1 (JSON-LD over schema.org)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from releases.contents import ABOUT, KEYWORDS, LICENCE_FILE, MAKER, MEDIA_TYPES, Contents, FileFacts
from releases.dictionary import ColumnType
from releases.tables import PAPERS, Column, ReleaseTable
from releases.texts import bibtex

_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context of the standard's appendix 1."""

_TYPES: Mapping[ColumnType, str] = {
    ColumnType.TEXT: "sc:Text",
    ColumnType.INTEGER: "cr:Int64",
    ColumnType.NUMBER: "cr:Float64",
    ColumnType.BOOLEAN: "sc:Boolean",
    ColumnType.DATE: "sc:Date",
    ColumnType.MOMENT: "sc:DateTime",
    ColumnType.TEXTS: "sc:Text",
    ColumnType.JSON: "sc:Text",
}


def croissant(contents: Contents) -> dict[str, Any]:
    """All files, and a record set for each table over its Parquet file."""
    files = [_file(file, kind) for (_, kind), file in contents.files.items()]
    return {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": "burden",
        "description": ABOUT,
        "version": _semantic_version(contents),
        "alternateName": contents.name,
        "datePublished": contents.day.isoformat(),
        "url": contents.address,
        "license": [line.licence_url for line in contents.licences] + [LICENCE_FILE] * bool(contents.without_licence),
        "creator": {"@type": "sc:Organization", "name": MAKER},
        "publisher": {"@type": "sc:Organization", "name": MAKER},
        "keywords": list(KEYWORDS),
        "inLanguage": "en",
        "isLiveDataset": False,
        "citeAs": bibtex(contents),
        "distribution": files,
        "recordSet": [_record_set(table) for table in contents.tables],
    }


def _semantic_version(contents: Contents) -> str:
    """As the standard recommends: the day of the release, 2026-11-27 -> "2026.11.27"."""
    return f"{contents.day.year}.{contents.day.month}.{contents.day.day}"


def _file(file: FileFacts, kind: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path.rpartition("/")[2],
        "contentUrl": file.path,
        "contentSize": f"{file.byte_count} B",
        "encodingFormat": "application/x-parquet" if kind == "parquet" else MEDIA_TYPES[f".{kind}"],
        "sha256": file.sha256,
    }


def _record_set(table: ReleaseTable) -> dict[str, Any]:
    described: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.title,
        "field": [_field(table, column) for column in table.columns],
    }
    if table.key:
        described["key"] = [{"@id": f"{table.name}/{name}"} for name in table.key]
    return described


def _field(table: ReleaseTable, column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table.name}/{column.name}",
        "name": column.name,
        "description": f"{column.meaning} ({column.unit})" if column.unit else column.meaning,
        "dataType": _TYPES[column.type],
        "source": {"fileObject": {"@id": f"data/{table.name}.parquet"}, "extract": {"column": column.name}},
    }
    if column.type is ColumnType.TEXTS:
        described |= {"isArray": True, "arrayShape": "-1"}
    if column.name == "arxiv_id" and table.of_papers and table.name != PAPERS:
        described["references"] = {"field": {"@id": f"{PAPERS}/arxiv_id"}}
    return described
