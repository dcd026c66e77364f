"""The simulated world's own ecosystems.toml, from its cast."""

from __future__ import annotations

import json

from pipelines.sandbox.cast import ECOSYSTEMS, PROJECTS, Frame, ProjectPlan, RepositoryPlan
from pipelines.sandbox.openrouter.usage import slug
from pipelines.sandbox.packages.market import left_out
from pipelines.sandbox.people import domains
from pipelines.sandbox.rankings.counters import renamed_on

HEAD = "# A simulated world: no organisation, project or person in it exists.\nsimulated = true\n"


def catalogue_text(frame: Frame) -> str:
    """The catalogue, as text."""
    parts = [HEAD, f"\n[people]\ndomains = {json.dumps(domains())}\n"]
    parts += [
        f"\n[[ecosystem]]\nid = {json.dumps(id_)}\nlabel = {json.dumps(label)}\n" for id_, label in ECOSYSTEMS.items()
    ]
    parts += [_project(frame, project) for project in PROJECTS]
    return "".join(parts)


def _project(frame: Frame, project: ProjectPlan) -> str:
    keys = ("id", "label", "ecosystem", "region", "layer")
    lines = ["", "[[project]]", *(f"{key} = {json.dumps(getattr(project, key))}" for key in keys)]
    lines.append(f"repositories = [{', '.join(_repository(frame, plan) for plan in project.repositories)}]")
    if project.hub:
        lines.append(f"huggingface = {json.dumps(list(project.hub))}")
        lines.append(f"openrouter = {json.dumps(list(map(slug, project.hub)))}")
    return "\n".join(lines) + "\n"


def _repository(frame: Frame, plan: RepositoryPlan) -> str:
    until = renamed_on(frame, plan)
    packages = left_out(frame).get(plan.name)
    if packages:
        return f"{{ name = {json.dumps(plan.name)}, packages = {json.dumps(packages)} }}"
    if until is None:
        return json.dumps(plan.name)
    return f"{{ name = {json.dumps(plan.name)}, former = [{{ name = {json.dumps(plan.former)}, until = {until} }}] }}"
