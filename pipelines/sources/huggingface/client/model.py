"""What the Hub says of one model, read into plain typed values. Data flows from a listing's row to a source's columns.

Everything here comes from strangers: a value of the wrong type is read as not told (None), text is capped and made
encodable, and nothing is ever interpreted.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.sources.untrusted import count, text

TAGS = 5_000  # of one model; real ones have some dozens
BASE_MODELS = 500  # of one model; the largest merges name about a hundred
COMPARED = 20  # names on either side whose likeness is reckoned: a row by a stranger must not take minutes
RELATIONS = frozenset({"adapter", "finetune", "merge", "quantized"})
UNSPECIFIED = "unspecified"
# What a file's or tag's name says of how weights are stored. A pickle can run code when it is loaded.
FILE_FORMATS = {
    "safetensors": "safetensors",
    "gguf": "gguf",
    **dict.fromkeys(("bin", "ckpt", "pickle", "pkl", "pt", "pth"), "pickle"),
    "onnx": "onnx",
    **dict.fromkeys(("h5", "keras"), "keras"),
    "msgpack": "flax",
    "tflite": "tflite",
    **dict.fromkeys(("mlmodel", "mlpackage"), "coreml"),
    "nemo": "nemo",
}
BEGINNINGS = {"openvino": "openvino", "ggml": "ggml", "flax_model": "flax"}  # of names that tell more than their end
NO_WEIGHTS = frozenset({"training_args.bin", "optimizer.pt", "optimizer.bin", "scheduler.pt", "scaler.pt"})
TAG_FORMATS = {
    **{name: name for name in ("safetensors", "gguf", "onnx", "keras", "tflite", "coreml", "openvino", "nemo")},
    "pytorch": "pickle",  # the Hub gives this tag where it finds `pytorch_model.bin` and the like
    "jax": "flax",
    "tf": "keras",
}
_MODEL_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,127}(?:/[\w.-]{1,128})?", re.ASCII)
_ADDRESS = re.compile(r"^(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/", re.IGNORECASE)


@dataclass(frozen=True)
class BaseModel:
    """A model that another one names as its base; `hub_id` is None where only its name is told."""

    id: str
    hub_id: str | None
    relation: str


def tags(row: Mapping[str, Any]) -> list[str] | None:
    """The tags as told, in their order; None if none were told."""
    told = row.get("tags")
    if not isinstance(told, list):
        return None
    return [clean for tag in told[:TAGS] if (clean := text(tag)) is not None]


def gated(value: object) -> tuple[bool | None, str | None]:
    """Whether files have to be asked for, and who grants it: `auto` or `manual`; None where it is not told."""
    if isinstance(value, bool):
        return value, None
    how = text(value)
    return (True, how) if how else (None, None)


def licence(row: Mapping[str, Any]) -> str | None:
    """The licence id from the tag `license:…`, else from the card; several are joined by a comma and a space."""
    tagged: list[object] = [tag.removeprefix("license:") for tag in tags(row) or [] if tag.startswith("license:")]
    carded = section(row, "cardData").get("license")
    names = tagged or (carded if isinstance(carded, list) else [carded])
    told = list(dict.fromkeys(name for name in (text(value) for value in names) if name))
    return text(", ".join(told)) if told else None


def section(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A nested object of the row; an empty one where it is missing or no object."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def parameters(row: Mapping[str, Any]) -> int | None:
    """Total parameters, from the safetensors header, else the GGUF one."""
    total = count(section(row, "safetensors").get("total"))
    return total if total is not None else count(section(row, "gguf").get("total"))


def formats(row: Mapping[str, Any]) -> list[str] | None:
    """In which formats its weights are stored, in order of name; None where neither files nor tags are told.

    The list of files says it; where it was not told, the tags do, which the Hub draws from the files.
    """
    found = {name for name in ("safetensors", "gguf") if section(row, name)}
    files = row.get("siblings")
    told = tags(row)
    if isinstance(files, list):
        found |= {form for file in files if isinstance(file, dict) and (form := _format_of(file.get("rfilename")))}
    elif told is not None:
        found |= {TAG_FORMATS[tag] for tag in told if tag in TAG_FORMATS}
    elif not found:
        return None
    return sorted(found)


def _format_of(path: object) -> str | None:
    if not isinstance(path, str):
        return None
    folder, _, name = path.lower().rpartition("/")
    if name in NO_WEIGHTS:
        return None
    if ".mlpackage/" in f"{folder}/":
        return "coreml"
    begun = next((form for beginning, form in BEGINNINGS.items() if name.startswith(beginning)), None)
    ended = FILE_FORMATS.get(name.rpartition(".")[2]) if "." in name else None
    return ended and (begun or ended)


def architecture(row: Mapping[str, Any]) -> str | None:
    """The architecture that GGUF files name, else the class that the configuration names first."""
    named = section(row, "config").get("architectures")
    first = named[0] if isinstance(named, list) and named else None
    return text(section(row, "gguf").get("architecture")) or text(first)


def spaces(row: Mapping[str, Any]) -> int | None:
    """How many Spaces the Hub names that use the model; None where it is not told."""
    told = row.get("spaces")
    return len(told) if isinstance(told, list) else None


def children(row: Mapping[str, Any]) -> int | None:
    """How many models name this one as base, all relations together; None where it is not told."""
    told = row.get("childrenModelCount")
    if isinstance(told, dict):  # the answer's form; the client's documentation says a number
        counts = [found for found in map(count, told.values()) if found is not None]
        return sum(counts) if counts or not told else None
    return count(told)


def is_bare(row: Mapping[str, Any]) -> bool:
    """True if the row tells nothing but that the model exists: no count, no time, no tag. It observes nothing."""
    return all(row.get(name) is None for name in ("createdAt", "downloads", "downloadsAllTime", "likes", "tags"))


def model_id(value: object) -> str | None:
    """A model's id as the Hub writes it, freed of blanks, slashes and the Hub's address around it; None if it is none.

    Cards name folders (`/data/out`), addresses and sentences as base models; they are dropped.
    """
    if not isinstance(value, str) or value.strip().startswith(("/", ".", "~")):
        return None
    clean = _ADDRESS.sub("", value.strip()).strip("/ ")
    return clean if _MODEL_ID.fullmatch(clean) and ".." not in clean else None


def base_models(row: Mapping[str, Any]) -> list[BaseModel]:
    """The models that this one names as base, each once, in order of name; the relation is `unspecified` where untold.

    `baseModels` and the tags are the Hub's own reading of the card: a renamed base stands there under its present
    name. The card is read only for what they leave out, that is bases which are not on the Hub (any more).
    """
    resolved: dict[str, BaseModel] = {}
    told = section(row, "baseModels")
    models = told.get("models")
    for model in models if isinstance(models, list) else []:
        if isinstance(model, dict) and (name := model_id(model.get("id"))) and len(resolved) < BASE_MODELS:
            resolved.setdefault(name, BaseModel(name, text(model.get("_id")), _relation(told.get("relation"))))
    for name, relation in _tagged(tags(row) or []):
        if len(resolved) == BASE_MODELS:
            break
        known = resolved.get(name)
        if known is None or (known.relation == UNSPECIFIED and relation != UNSPECIFIED):
            resolved[name] = BaseModel(name, known.hub_id if known else None, relation)
    own = str(row.get("id"))
    for extra in _only_in_card(section(row, "cardData"), list(resolved.values())):
        resolved[extra.id] = extra
    return sorted((base for base in resolved.values() if base.id != own), key=lambda base: base.id)[:BASE_MODELS]


def _relation(value: object) -> str:
    return value.lower() if isinstance(value, str) and value.lower() in RELATIONS else UNSPECIFIED


def _tagged(all_tags: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Names and relations of the tags `base_model:ID` and `base_model:RELATION:ID`."""
    for tag in all_tags:
        if not tag.startswith("base_model:"):
            continue
        first, colon, rest = tag.removeprefix("base_model:").partition(":")
        name = model_id(rest if colon else first)
        if name:
            yield name, _relation(first) if colon else UNSPECIFIED


def _only_in_card(card: Mapping[str, Any], resolved: list[BaseModel]) -> list[BaseModel]:
    """What the card names beyond what the Hub resolved.

    A resolved base that the card does not name is one of the card's under its present name: the card's most alike is
    taken for it. In the recorded listing of 2026-06-05, 141 of 4,167 models have such a pair.
    """
    told = card.get("base_model")
    named = [model_id(value) for value in (told[:BASE_MODELS] if isinstance(told, list) else [told])]
    lower = {base.id.lower() for base in resolved}
    carded = {name.lower() for name in named if name}
    extra = {name.lower(): name for name in named if name and name.lower() not in lower}
    for present in (name for name in sorted(lower) if name not in carded):
        if not extra:
            break
        some = list(extra)[: COMPARED if len(lower) <= COMPARED else 1]
        del extra[difflib.get_close_matches(present, some, n=1, cutoff=0.0)[0]]
    relations = {base.relation for base in resolved}
    relation = _relation(card.get("base_model_relation"))
    if relation == UNSPECIFIED and len(relations) == 1:
        relation = relations.pop()  # a model has one relation to all of its bases
    return [BaseModel(name, None, relation) for name in extra.values()]
