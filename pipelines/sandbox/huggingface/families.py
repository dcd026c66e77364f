"""The model families of the simulated Hub: base models, what others derive from them, and what happens to some.

A plan is made once for the whole time of the world; `hub_days` shows it as of a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pipelines.sandbox.cast import FAMILIES, FamilyPlan, Frame
from pipelines.sandbox.chance import Chance
from pipelines.sandbox.times import midnight

RELATIONS = {"quantized": 5.0, "finetune": 3.0, "adapter": 2.0, "merge": 0.7}
SUFFIX = {"quantized": "GGUF", "finetune": "tuned", "adapter": "LoRA", "merge": "blend"}
DEPTH = 0.3  # of the derivatives derive from a derivative
UNTOLD = 0.05  # of the derivatives say their base but not the relation
UNFOLLOWED = "kiln"  # model type of what its organisation has beside the models that the catalogue selects
BASE_TAU, DERIVATIVE_TAU = 60.0, 25.0  # days from release to the peak of daily downloads
BIRDS = (
    "heron",
    "bittern",
    "curlew",
    "dunlin",
    "egret",
    "godwit",
    "plover",
    "rail",
    "snipe",
    "teal",
    "whimbrel",
    "wigeon",
)
PLACES = ("ilmarsh", "oversedge", "lowmere", "saltreach", "farholm", "withybed", "greyfen", "mudwell")


@dataclass(frozen=True)
class Model:
    """A model of the simulated Hub.

    Attributes:
        name: `author/name` as it was created; the Hub's id of it follows from that.
        created: when, UTC.
        family: the organisation whose family it was planned in.
        bases: names of the models it derives from, as created.
        relation: to all of them; None for a base model, "unspecified" where its tags do not say.
        parameters: in all.
        license, license_name: as tags and cards have them.
        model_type: `config.model_type`.
        peak: downloads a day at the most; `tau` days after release.
        floor: downloads a day for ever.
        gated: False, "auto" or "manual".
        gone_on: the first day on which it is no longer there.
        renamed: its later name and the first day of that.
        recounted_on: from that day on the Hub says a tenth less of its downloads of all time.
        bases_gone: bases that its card names and the Hub does not have.
    """

    name: str
    created: datetime
    family: str
    parameters: int
    model_type: str
    peak: float
    tau: float
    bases: tuple[str, ...] = ()
    relation: str | None = None
    license: str | None = None
    license_name: str | None = None
    floor: float = 0.0
    gated: str | bool = False
    gone_on: date | None = None
    renamed: tuple[str, date] | None = None
    recounted_on: date | None = None
    bases_gone: tuple[str, ...] = ()

    def name_on(self, day: date) -> str:
        """What it is called on that day."""
        return self.renamed[0] if self.renamed and day >= self.renamed[1] else self.name

    def exists_on(self, day: date) -> bool:
        """Whether the Hub has it at the end of that day."""
        return self.created.date() <= day and (self.gone_on is None or day < self.gone_on)


def plan_models(frame: Frame) -> list[Model]:
    """All models that ever are, oldest first."""
    models = [model for plan in FAMILIES for model in _bases(frame, plan)]
    for plan in FAMILIES:
        models += _derivatives(frame, plan, models)
    models += _odd_ones(frame, models)
    return sorted(models, key=lambda model: (model.created, model.name))


def _bases(frame: Frame, plan: FamilyPlan) -> Iterator[Model]:
    chance = Chance(frame.seed, "bases", plan.organization)
    months = frame.months
    for generation in range(plan.generations):
        place = int((generation + 0.75) * len(months) / plan.generations) + chance.integer(-2, 1)
        created = midnight(months[min(place, len(months) - 2)]) + timedelta(days=chance.uniform(0, 20))
        for size in plan.sizes:
            first = Model(
                name=f"{plan.organization}/{plan.models.format(n=generation + 1)}-{size}B",
                created=created.replace(microsecond=0),
                family=plan.organization,
                parameters=size * 10**9 + chance.integer(0, 10**8),
                model_type=plan.model_type.format(n=generation + 1),
                peak=plan.downloads * chance.lognormal(1.0, 0.4) * (1 + 0.8 * generation) / (1 + size / 40),
                tau=BASE_TAU,
                license=plan.license,
                license_name=plan.license_name,
                floor=plan.downloads * 0.05,
                gated="manual" if plan.license_name else False,
            )
            yield first
            yield replace(
                first,
                name=f"{first.name}-Instruct",
                bases=(first.name,),
                relation="finetune",
                created=first.created + timedelta(hours=1),
                peak=first.peak * 1.8,
            )
    for name in plan.others:
        created = midnight(months[2])
        yield Model(
            f"{plan.organization}/{name}",
            created,
            plan.organization,
            10**8,
            "kiln",
            50.0,
            BASE_TAU,
            license=plan.license,
        )


def _derivatives(frame: Frame, plan: FamilyPlan, everyone: list[Model]) -> list[Model]:
    """What others make of a family: more of what is popular, more as time goes on, in several generations."""
    chance = Chance(frame.seed, "derivatives", plan.organization)
    bases = [model for model in everyone if model.family == plan.organization and model.model_type != UNFOLLOWED]
    first = min(model.created for model in bases)
    times = sorted(
        first + (frame.now - first) * max(chance.uniform(0, 1), chance.uniform(0, 1))
        for _ in range(round(plan.derivatives * frame.scale))
    )
    found: list[Model] = []
    for number, created in enumerate(times):
        there = [base for base in bases if base.created < created]
        base = chance.pick(there, [one.peak / (30 + (created - one.created).days) for one in there])
        parent = base
        children = [one for one in found if one.model_type == base.model_type and one.relation in {"finetune", "merge"}]
        if children and chance.happens(DEPTH):
            parent = chance.pick(children)
        found.append(_derivative(chance, parent, created.replace(microsecond=0), number, everyone))
    return found


def _derivative(chance: Chance, parent: Model, created: datetime, number: int, everyone: list[Model]) -> Model:
    relation = chance.pick(list(RELATIONS), list(RELATIONS.values()))
    bases = [parent.name]
    if relation == "merge":
        others = [
            one.name
            for one in everyone
            if one.created < created and one.name != parent.name and one.model_type != UNFOLLOWED
        ]
        bases.append(chance.pick(others))
    author = f"{chance.pick(BIRDS)}-of-{chance.pick(PLACES)}"
    stem = parent.name.partition("/")[2][:60]
    return Model(
        name=f"{author}/{stem}-{SUFFIX[relation]}-{number}",
        created=created,
        family=parent.family,
        parameters=parent.parameters,
        model_type=parent.model_type,
        peak=parent.peak * chance.lognormal(0.004, 1.5) * (3 if relation == "quantized" else 1),
        tau=DERIVATIVE_TAU,
        bases=tuple(bases),
        relation="unspecified" if chance.happens(UNTOLD) else relation,
        license=parent.license if chance.happens(0.8) else None,
        license_name=parent.license_name,
    )


def _odd_ones(frame: Frame, models: list[Model]) -> list[Model]:
    """Changes some models in place and returns more: what a Hub really has, and what lineage must survive."""
    late = frame.months[-3]
    place = {model.name: at for at, model in enumerate(models)}
    renamed = "brackenwater/Bracken-2-8B"
    models[place[renamed]] = replace(models[place[renamed]], renamed=("brackenwater/Bracken-2.1-8B", late))
    recounted = "dunmarrow/Dunmarrow-1-3B"
    models[place[recounted]] = replace(models[place[recounted]], recounted_on=late)
    leaf = max(
        (m for m in models if m.relation == "quantized" and m.created.date() < late), key=lambda m: (m.peak, m.name)
    )
    models[place[leaf.name]] = replace(leaf, gone_on=late)
    base = models[place["aurora-lab/Aurora-1-8B"]]
    kiln = models[place["cinderfell/kiln-classifier"]]
    plain = replace(base, peak=20.0, floor=0.0, relation="finetune", created=base.created + timedelta(days=40))
    circle = [
        replace(plain, name="rail-of-lowmere/chases", bases=(base.name, "teal-of-lowmere/is-chased")),
        replace(plain, name="teal-of-lowmere/is-chased", bases=("rail-of-lowmere/chases",)),
    ]
    half = replace(
        plain,
        name="egret-of-farholm/half-forgotten",
        bases=(base.name,),
        relation="merge",
        bases_gone=("aurora-lab/Aurora-0-8B",),
    )
    elsewhere = replace(
        plain, name="snipe-of-greyfen/kiln-tuned", bases=(kiln.name,), family="cinderfell", model_type=UNFOLLOWED
    )
    return [*circle, half, elsewhere]
