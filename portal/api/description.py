"""The API's own description as a page can show it: addresses, parameters, and an example of each answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MOST_ROWS_SHOWN = 1


@dataclass(frozen=True, slots=True)
class DescribedParameter:
    name: str
    place: str
    """``path`` or ``query``."""
    kind: str
    """In words: "integer, 0 to 1000000, else 0"."""
    description: str


@dataclass(frozen=True, slots=True)
class DescribedOperation:
    name: str
    address: str
    """With the places of its parameters: ``/api/v1/models/{model_id}``."""
    description: str
    parameters: tuple[DescribedParameter, ...]
    example_address: str
    example: str
    """JSON, as text."""


@dataclass(frozen=True, slots=True)
class ApiDescription:
    version: str
    about: str
    operations: tuple[DescribedOperation, ...]


def api_description(document: Mapping[str, Any]) -> ApiDescription:
    """What an OpenAPI document says, for people."""
    schemas = document["components"]["schemas"]
    operations = tuple(
        _operation(path, methods["get"], schemas) for path, methods in document["paths"].items() if "get" in methods
    )
    return ApiDescription(document["info"]["version"], document["info"]["description"], operations)


def _operation(path: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> DescribedOperation:
    parameters = tuple(_parameter(each) for each in operation.get("parameters", ()))
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    example_path = path
    for each in operation.get("parameters", ()):
        if each["in"] == "path":
            example_path = example_path.replace(f"{{{each['name']}}}", str(_example(each["schema"], schemas)))
    return DescribedOperation(
        operation["operationId"],
        path,
        operation["description"],
        parameters,
        example_path,
        json.dumps(_example(answer, schemas), indent=2, ensure_ascii=False),
    )


def _parameter(parameter: Mapping[str, Any]) -> DescribedParameter:
    schema = parameter["schema"]
    return DescribedParameter(
        parameter["name"], parameter["in"], _kind(schema), parameter.get("description") or schema.get("description", "")
    )


def _kind(schema: Mapping[str, Any]) -> str:
    """{"type": "integer", "minimum": 0, "maximum": 9, "default": 1} -> "integer, 0 to 9, else 1" """
    shapes = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    shape = shapes[0]
    words = [" or ".join(shape["enum"])] if "enum" in shape else [str(shape.get("const") or shape["type"])]
    if shape["type"] == "array":
        words = [f"{shape['items']['type']}, several times"]
    if "minimum" in shape and "maximum" in shape:
        words.append(f"{shape['minimum']} to {shape['maximum']}")
    if schema.get("default") not in (None, "", []):
        words.append(f"else {json.dumps(schema['default'])}".replace('"', ""))
    return ", ".join(words)


def _example(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """A value of the schema, from the examples in it; of a list, one row."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "$ref" in schema:
        return _example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], schemas)
    if schema.get("type") == "array":
        return [_example(schema["items"], schemas)] * _MOST_ROWS_SHOWN
    if schema.get("type") == "object":
        return {name: _example(each, schemas) for name, each in schema.get("properties", {}).items()}
    return None
