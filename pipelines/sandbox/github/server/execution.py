"""Runs GraphQL queries over a world: graphql-core parses, validates and executes; each text is parsed once.

Rows are dicts of leaf values in the form in which they are sent, so that most fields need neither a resolver nor
serialisation: `_Quick` takes them out of their row and leaves everything else to graphql-core.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path as File
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionContext,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    parse,
    validate,
)
from graphql.error import located_error
from graphql.pyutils import Path

from pipelines.sandbox.github.server.cost import Connection, connections, defaults
from pipelines.sandbox.github.server.resolvers import attach
from pipelines.sandbox.github.server.roots import Asking
from pipelines.sandbox.github.server.rows import Row

SCHEMA_FILE = File(__file__).with_name("schema.graphql")
TEXTS = 500  # distinct queries that are remembered
LEAF, LEAF_NEEDED, NAME, INNER, OTHER = range(5)


@cache
def schema() -> GraphQLSchema:
    """The schema with its resolvers."""
    found = build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))
    attach(found)
    return found


@dataclass(frozen=True)
class Query:
    """A query text once it was parsed: what it asks for, or why it is refused."""

    document: DocumentNode | None
    connections: tuple[Connection, ...]
    defaults: Mapping[str, int]
    errors: tuple[GraphQLError, ...]


@lru_cache(maxsize=TEXTS)
def parsed(text: str) -> Query:
    """Parse and validate a text; the second time it costs nothing."""
    try:
        document = parse(text, no_location=True)
    except GraphQLError as error:
        return Query(None, (), {}, (error,))
    errors = validate(schema(), document)
    if not errors and sum(isinstance(one, OperationDefinitionNode) for one in document.definitions) != 1:
        errors = [GraphQLError("A document with exactly one operation is understood here.")]
    if errors:
        return Query(document, (), {}, tuple(errors))
    return Query(document, connections(schema(), document), defaults(document), ())


def execute(query: Query, variables: Mapping[str, Any], asking: Asking) -> tuple[Row | None, list[GraphQLError]]:
    """Run a valid query; its data, and the errors beside it."""
    assert query.document is not None  # noqa: S101 - the caller has looked at the errors
    result = execute_sync(
        schema(),
        query.document,
        root_value={},
        context_value=asking,
        variable_values=dict(variables),
        execution_context_class=_Quick,
    )
    return result.data, list(result.errors or ())


class _Quick(ExecutionContext):
    """graphql-core's execution, with a short way for fields that are keys of their row."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._plans: dict[int, list[tuple[str, list[FieldNode], int, str, Any]]] = {}

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        fields: dict[str, list[FieldNode]],
    ) -> dict[str, Any]:
        plan = self._plans.get(id(fields))  # graphql-core keeps `fields` for as long as it runs
        if plan is None:
            plan = self._plans[id(fields)] = [_way(parent_type, name, nodes) for name, nodes in fields.items()]
        results: dict[str, Any] = {}
        for name, nodes, way, key, kind in plan:
            if way <= LEAF_NEEDED:
                value = source_value.get(key)
                if value is not None or way == LEAF:
                    results[name] = value
                    continue
            elif way == NAME:
                results[name] = parent_type.name
                continue
            here = Path(path, name, parent_type.name)
            if way == INNER and (value := source_value.get(key)) is not None:
                results[name] = self._inner(kind, nodes, value, here)
            else:
                results[name] = self.execute_field(parent_type, source_value, nodes, here)
        return results

    def _inner(self, kind: Any, nodes: list[FieldNode], value: Any, path: Path) -> Any:
        """The value of a field that holds a row or a list of rows."""
        try:
            plain = get_nullable_type(kind)
            if not is_list_type(plain):
                return self._row(plain, nodes, value, path)
            item = plain.of_type
            return [self._item(item, nodes, one, path.add_key(at, None)) for at, one in enumerate(value)]
        except GraphQLError as error:
            self.handle_field_error(located_error(error, nodes, path.as_list()), kind, path)
            return None

    def _item(self, kind: Any, nodes: list[FieldNode], value: Any, path: Path) -> Any:
        if value is None and not is_non_null_type(kind):
            return None
        return self._inner(kind, nodes, value, path)

    def _row(self, kind: Any, nodes: list[FieldNode], value: Row, path: Path) -> Any:
        if is_abstract_type(kind):
            kind = self.schema.type_map[value["__typename"]]
        return self.execute_fields(kind, value, path, self.collect_subfields(kind, nodes))


def _way(parent: GraphQLObjectType, name: str, nodes: list[FieldNode]) -> tuple[str, list[FieldNode], int, str, Any]:
    key = nodes[0].name.value
    if key == "__typename":
        return name, nodes, NAME, key, None
    field = parent.fields.get(key)
    if field is None or field.resolve is not None:
        return name, nodes, OTHER, key, None
    plain = get_nullable_type(field.type)
    if is_leaf_type(plain):
        return name, nodes, LEAF if plain is field.type else LEAF_NEEDED, key, field.type
    if is_list_type(plain) and is_leaf_type(get_nullable_type(plain.of_type)):
        return name, nodes, OTHER, key, None
    return name, nodes, INNER, key, field.type
