"""GraphQL documents: parsed once, made ready to be sent, and what they cost. From `.graphql` files to the wire.

Points are GitHub's: the requests that would be needed to fill every connection once, divided by 100, at least one
(docs: rate limits and query limits for the GraphQL API).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    parse,
    print_ast,
    strip_ignored_characters,
)

QUERIES = Path(__file__).resolve().parent.parent / "queries"
REQUESTS_PER_POINT = 100  # docs: rate limits and query limits for the GraphQL API
_VARIABLE = re.compile(r"\$(\w+)")
RATE_LIMIT = "rateLimit { limit cost remaining resetAt }"
MOST_KEPT = 1_000  # documents
_WANTED = frozenset({"limit", "cost", "remaining", "resetAt"})
Size = int | str
"""How many nodes a connection asks for: a number, or the name of the variable that says it."""


@cache
def load_document(name: str | Path) -> DocumentNode:
    """A document by its name in the folder of the queries, or by its path; parsed once in a process."""
    path = name if isinstance(name, Path) else QUERIES / f"{name}.graphql"
    return parse(path.read_text(encoding="utf-8"), no_location=True)


@dataclass(frozen=True)
class Prepared:
    """A document as it is sent.

    Attributes:
        document: as it was given, and kept: it is known by its identity.
        text: with `rateLimit` in it, without needless blanks.
        connections: for each connection, its size and those of the connections around it, outermost first.
        defaults: default values of its integer variables.
    """

    document: DocumentNode
    text: str
    connections: tuple[tuple[Size, ...], ...]
    defaults: Mapping[str, int]

    def points(self, variables: Mapping[str, Any]) -> int:
        """What one request costs, by GitHub's formula, with these variables."""
        requests = 0
        for sizes in self.connections:
            asked = 1
            for size in sizes[:-1]:  # one request for each node of those around it
                asked *= self._value(size, variables)
            requests += asked
        return max(1, round(requests / REQUESTS_PER_POINT))

    def _value(self, size: Size, variables: Mapping[str, Any]) -> int:
        if isinstance(size, int):
            return size
        value = variables.get(size, self.defaults.get(size))
        return value if isinstance(value, int) else 1


_prepared: dict[int, Prepared] = {}  # each holds its document, so that no other one can get the same id


def prepare(document: DocumentNode) -> Prepared:
    """Make a document ready; what was made is kept, and found again by the document's identity."""
    known = _prepared.get(id(document))
    if known is None:
        if len(_prepared) >= MOST_KEPT:  # documents are made once; whoever makes many must not fill the memory
            _prepared.clear()
        operation = _operation(document)
        text = print_ast(document)
        if not _asks_for_limits(operation):
            text = _with_limits(document)
        known = Prepared(
            document=document,
            text=strip_ignored_characters(text),
            connections=tuple(_connections(operation.selection_set, (), _fragments(document))),
            defaults=_defaults(operation),
        )
        _prepared[id(document)] = known
    return known


def repeated(document: DocumentNode, field: str, count: int) -> DocumentNode:
    """One request for many: the document's only field, `count` times as `r0`, `r1`, …, each variable with its number.

    `query probe($owner: …) { repository(owner: $owner) {…} }` becomes
    `query probe($owner0: …, $owner1: …) { r0: repository(owner: $owner0) {…} r1: … }`.
    """
    operation = _operation(document)
    root = next(node for node in operation.selection_set.selections if isinstance(node, FieldNode))
    if root.name.value != field or len(operation.selection_set.selections) != 1:
        raise ValueError(f"{field} is not the only field of this document")
    variables = [
        f"${definition.variable.name.value}{number}: {print_ast(definition.type)}"
        for number in range(count)
        for definition in operation.variable_definitions
    ]
    text = _VARIABLE.sub(r"$\1{number}", print_ast(root).replace("{", "{{").replace("}", "}}"))
    fields = [f"r{number}: {text.format(number=number)}" for number in range(count)]
    name = operation.name.value if operation.name else ""
    fragments = [print_ast(node) for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    return parse("\n".join([f"query {name}({', '.join(variables)}) {{", *fields, "}", *fragments]), no_location=True)


def _operation(document: DocumentNode) -> OperationDefinitionNode:
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if len(found) != 1:
        raise ValueError(f"a document must hold one operation, this one holds {len(found)}")
    return found[0]


def _fragments(document: DocumentNode) -> dict[str, SelectionSetNode]:
    return {
        node.name.value: node.selection_set for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }


def _asks_for_limits(operation: OperationDefinitionNode) -> bool:
    for node in operation.selection_set.selections:
        if isinstance(node, FieldNode) and node.name.value == "rateLimit" and not node.alias and node.selection_set:
            there = {each.name.value for each in node.selection_set.selections if isinstance(each, FieldNode)}
            return there >= _WANTED
    return False


def _with_limits(document: DocumentNode) -> str:
    copy = parse(print_ast(document), no_location=True)
    limits = _operation(parse(f"{{ {RATE_LIMIT} }}", no_location=True)).selection_set.selections
    selections = _operation(copy).selection_set
    selections.selections = (*selections.selections, *limits)  # the same field twice is merged by the server
    return print_ast(copy)


def _connections(
    selections: SelectionSetNode, around: tuple[Size, ...], fragments: Mapping[str, SelectionSetNode]
) -> Iterator[tuple[Size, ...]]:
    for node in selections.selections:
        if isinstance(node, FragmentSpreadNode):
            yield from _connections(fragments[node.name.value], around, fragments)
        elif isinstance(node, InlineFragmentNode):
            yield from _connections(node.selection_set, around, fragments)
        elif isinstance(node, FieldNode) and node.selection_set:
            size = _size(node)
            inside = around if size is None else (*around, size)
            if size is not None:
                yield inside
            yield from _connections(node.selection_set, inside, fragments)


def _size(node: FieldNode) -> Size | None:
    for argument in node.arguments:
        if argument.name.value in {"first", "last"}:
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                return argument.value.name.value
    return None


def _defaults(operation: OperationDefinitionNode) -> dict[str, int]:
    return {
        definition.variable.name.value: int(definition.default_value.value)
        for definition in operation.variable_definitions
        if isinstance(definition.default_value, IntValueNode)
    }
