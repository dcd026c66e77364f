"""The loopback GitHub's schema is a part of GitHub's own: whatever runs here runs there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    build_schema,
    is_introspection_type,
    is_required_argument,
    is_specified_scalar_type,
    validate_schema,
)

from pipelines.sandbox.github.server.execution import SCHEMA_FILE

GITHUB = Path(__file__).parents[4] / "shared" / "data" / "contracts" / "github.graphql"


@pytest.fixture(scope="module")
def ours() -> GraphQLSchema:
    return build_schema(SCHEMA_FILE.read_text())


@pytest.fixture(scope="module")
def theirs() -> GraphQLSchema:
    if not GITHUB.exists():
        pytest.skip("GitHub's own schema is not beside the checkout, in ../shared/data/contracts/github.graphql")
    return build_schema(GITHUB.read_text(), assume_valid_sdl=True)


def test_it_is_a_valid_schema(ours: GraphQLSchema) -> None:
    assert validate_schema(ours) == []


def test_every_type_is_one_of_githubs_of_the_same_kind(ours: GraphQLSchema, theirs: GraphQLSchema) -> None:
    for name, one in _types(ours):
        assert type(theirs.type_map.get(name)) is type(one), name


def test_every_field_has_githubs_type_nullability_and_arguments(ours: GraphQLSchema, theirs: GraphQLSchema) -> None:
    seen = 0
    for name, one in _types(ours):
        for field_name, field in getattr(one, "fields", {}).items():
            real = theirs.type_map[name].fields.get(field_name)  # type: ignore[attr-defined]
            where = f"{name}.{field_name}"
            assert real is not None, where
            assert str(real.type) == str(field.type), where
            _same_arguments(where, getattr(field, "args", {}), getattr(real, "args", {}))
            assert getattr(field, "default_value", Undefined) == getattr(real, "default_value", Undefined), where
            seen += 1
    assert seen > 300


def test_enums_have_all_of_githubs_values_and_unions_and_interfaces_no_others(
    ours: GraphQLSchema, theirs: GraphQLSchema
) -> None:
    for name, one in _types(ours):
        real: Any = theirs.type_map[name]
        if isinstance(one, GraphQLEnumType):
            assert set(one.values) == set(real.values), name
        if isinstance(one, GraphQLUnionType):
            assert {kind.name for kind in one.types} <= {kind.name for kind in real.types}, name
        interfaces = {kind.name for kind in getattr(one, "interfaces", ())}
        assert interfaces <= {kind.name for kind in getattr(real, "interfaces", ())}, name


def _same_arguments(where: str, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for name, argument in ours.items():
        assert name in theirs, f"{where}({name})"
        assert str(theirs[name].type) == str(argument.type), f"{where}({name})"
        assert theirs[name].default_value == argument.default_value, f"{where}({name})"
    for name, argument in theirs.items():
        assert name in ours or not is_required_argument(argument), f"{where} requires {name}"


def _types(schema: GraphQLSchema) -> list[tuple[str, Any]]:
    return [
        (name, one)
        for name, one in schema.type_map.items()
        if not is_introspection_type(one) and not is_specified_scalar_type(one)
    ]
