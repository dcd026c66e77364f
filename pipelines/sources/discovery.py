"""Finds the sources by looking: a module in a system's folder that defines `SOURCE` is one, and nothing lists it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from pipelines.sources.contract import Source

ROOM = "pipelines.sources"


def discover() -> dict[str, Source]:
    """All sources by name, in alphabetical order.

    Raises:
        ImportError: a source is called otherwise than its file, or two have one name.
    """
    found: dict[str, Source] = {}
    for system, module in _modules():
        source = getattr(module, "SOURCE", None)
        if source is None:
            continue
        file = module.__name__.rpartition(".")[2]
        names = (file, f"{system}_{file}")
        if source.name not in names:
            raise ImportError(f"{module.__file__}: SOURCE.name is {source.name!r}; name it {' or '.join(names)}.")
        if source.name in found:
            raise ImportError(f"{module.__file__}: there is another source called {source.name!r}.")
        found[source.name] = source
    return dict(sorted(found.items()))


def _modules() -> Iterator[tuple[str, ModuleType]]:
    """The modules that lie in the folders of systems, each with its folder's name."""
    for folder in pkgutil.iter_modules(importlib.import_module(ROOM).__path__):
        if not folder.ispkg:
            continue
        package = importlib.import_module(f"{ROOM}.{folder.name}")
        for info in pkgutil.iter_modules(package.__path__):
            if not info.ispkg:
                yield folder.name, importlib.import_module(f"{package.__name__}.{info.name}")
