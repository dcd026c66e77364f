"""What a query costs before it is run: pages it asks for, nodes it may return, and points.

Points are the requests needed to fulfil each connection, assuming that every page is full, divided by 100 and rounded,
at least 1. Nodes are the products of the page sizes, summed. The score is made of the `first` and `last` arguments: a
connection without them, asked for its count alone, adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_interface_type,
    is_object_type,
)

from pipelines.sandbox.github.server.pages import LARGEST_PAGE, refusal

NODES_LIMIT = 500_000  # docs: individual calls cannot request more
REQUESTS_A_POINT = 100

Size = int | str | None  # a number, the name of a variable, or not given


@dataclass(frozen=True)
class Connection:
    """A connection that a query asks for, with those inside it.

    Attributes:
        name: of the field.
        first, last: page sizes as written.
        listed: whether items are asked for, and not only their count.
        inner: connections inside its items.
    """

    name: str
    first: Size
    last: Size
    listed: bool
    inner: tuple[Connection, ...]


@dataclass(frozen=True)
class Cost:
    """What a query costs: `points` of the budget, and `nodes` that it may return."""

    points: int
    nodes: int


def connections(schema: GraphQLSchema, document: DocumentNode) -> tuple[Connection, ...]:
    """The connections of a valid document with one operation."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    root = schema.query_type
    assert root is not None  # noqa: S101 - our schema has a query type
    return tuple(_Walk(schema, fragments).of(operation.selection_set, root))


def defaults(document: DocumentNode) -> dict[str, int]:
    """Numbers that variables have where none is given."""
    return {
        one.variable.name.value: int(one.default_value.value)
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
        for one in operation.variable_definitions
        if isinstance(one.default_value, IntValueNode)
    }


class _Walk:
    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema, self._fragments = schema, fragments

    def fields(self, selection: SelectionSetNode, kind: GraphQLNamedType) -> Iterator[tuple[FieldNode, Any]]:
        """Fields of a selection with the type they are fields of, fragments resolved."""
        for node in selection.selections:
            if isinstance(node, FieldNode):
                yield node, kind
            elif isinstance(node, InlineFragmentNode):
                condition: NamedTypeNode | None = node.type_condition
                on = self._schema.type_map[condition.name.value] if condition else kind
                yield from self.fields(node.selection_set, on)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                yield from self.fields(
                    fragment.selection_set, self._schema.type_map[fragment.type_condition.name.value]
                )

    def of(self, selection: SelectionSetNode, kind: GraphQLNamedType) -> Iterator[Connection]:
        for node, on in self.fields(selection, kind):
            if node.selection_set is None or not (is_object_type(on) or is_interface_type(on)):
                continue
            field = on.fields[node.name.value]
            inner_kind = get_named_type(field.type)
            inner = self.of(node.selection_set, inner_kind)
            if "first" not in field.args:
                yield from inner
                continue
            asked = {one.name.value for one, _ in self.fields(node.selection_set, inner_kind)}
            sizes = {one.name.value: _size(one.value) for one in node.arguments}
            listed = not asked.isdisjoint({"nodes", "edges"})
            yield Connection(node.name.value, sizes.get("first"), sizes.get("last"), listed, tuple(inner))


def _size(value: object) -> Size:
    if isinstance(value, IntValueNode):
        return int(value.value)
    return f"${value.name.value}" if isinstance(value, VariableNode) else None


def cost(found: tuple[Connection, ...], variables: Mapping[str, Any]) -> Cost:
    """What they cost; a GraphQLError with GitHub's type if a page is not bounded, too large, or there are too many."""
    requests, nodes = _sum(found, variables, 1)
    if nodes > NODES_LIMIT:
        raise refusal(
            "MAX_NODE_LIMIT_EXCEEDED",
            f"This query requests up to {nodes:,} possible nodes which exceeds the maximum limit of {NODES_LIMIT:,}.",
        )
    return Cost(max(1, (requests + REQUESTS_A_POINT // 2) // REQUESTS_A_POINT), nodes)


def _sum(found: tuple[Connection, ...], variables: Mapping[str, Any], parents: int) -> tuple[int, int]:
    requests = nodes = 0
    for one in found:
        size = _bounded(one, variables)
        if size is None:
            continue
        inner_requests, inner_nodes = _sum(one.inner, variables, parents * size)
        requests += parents + inner_requests
        nodes += parents * size + inner_nodes
    return requests, nodes


def _bounded(one: Connection, variables: Mapping[str, Any]) -> int | None:
    """The size of its pages, None where only its count is wanted."""
    for name, size in (("first", one.first), ("last", one.last)):
        number = variables.get(size[1:]) if isinstance(size, str) else size
        if number is None:
            continue
        if number > LARGEST_PAGE:
            raise refusal(
                "EXCESSIVE_PAGINATION",
                f"Requesting {number} records on the `{one.name}` connection exceeds the `{name}` limit of "
                f"{LARGEST_PAGE} records.",
            )
        if number < 1 and one.listed:
            raise refusal("ARGUMENT_LIMIT", f"`{name}` on the `{one.name}` connection cannot be less than 1.")
        return int(number)
    if one.listed:
        raise refusal(
            "MISSING_PAGINATION_BOUNDARIES",
            f"You must provide a `first` or `last` value to properly paginate the `{one.name}` connection.",
        )
    return None
