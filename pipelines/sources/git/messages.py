"""What a commit's message says of who helped: its co-authors, and the AI tools that it names. Never the text itself.

Trailers are read wherever they stand at the beginning of a line: a squash has those of its commits in its middle, and
`Signed-off-by` may follow as a paragraph of its own. A tool is one of ai_tools.toml, a model one that reads like one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

TOOLS_FILE = Path(__file__).with_name("ai_tools.toml")
OTHER = "other"  # a tool that no list has, beside a model that one has
MODEL_CHARACTERS = 48
SHORT = 3  # letters before digits that are no word: `k2`, `a3b`
AROUND = rb"(?:[^\w\r\n]|_)*"  # what a line may begin and end with: quotes, emphasis, brackets, a robot
VERBS = rb"(?:generated|created|written|authored|implemented|developed|produced|coded|made|built|assisted)"
# What a message must hold for anything to be found in it: a superset of all patterns below, tried on all at once.
MARKERS = (
    "(?i)-by[ \t]*:|(?:ed|en|de|lt) (?:with|by|using|via)|made-with|-session[ \t]*:|amp-thread|entire-|replit-"
    "|生成|编写|完成"
)
TRAILER = re.compile(
    rb"^(?P<key>co-authored-by|assisted-by|generated-by)[ \t]*:[ \t]*(?P<value>[^\r\n]*(?:\r?\n[ \t]+\S[^\r\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
ADDRESS = re.compile(rb"<([^<>\x1e]*)>")
_TOOL_AND_MODEL = re.compile(r"(?P<tool>[^:<>]{1,40}?)\s*:\s*(?P<model>[a-z0-9][a-z0-9._/\-]*)(?![^\s,;)])")


class Finding(NamedTuple):
    """Evidence of AI use.

    Attributes:
        kind: `co-author`, `assisted-by`, `generated-by`, `phrase`, `mark`, `author`, `committer` or `note`.
        tool: a name of ai_tools.toml, or `other`.
        model: as the message gives it, in lower case with hyphens; None where it gives none that is known to be one.
    """

    kind: str
    tool: str
    model: str | None = None


class Said(NamedTuple):
    """What one message says."""

    co_authors: Sequence[bytes] = ()
    findings: Sequence[Finding] = ()


NOTHING = Said()


def said(message: bytes) -> Said:
    """The addresses of its co-authors as they stand there, and what it says of AI tools, each once."""
    emails: list[bytes] = []
    found: list[Finding | None] = []
    for trailer in TRAILER.finditer(message):
        addresses, finding = _trailer(trailer["key"].lower(), trailer["value"])
        emails += addresses
        found.append(finding)
    found += _tools().phrases(message)
    return Said(emails, tuple(dict.fromkeys(finding for finding in found if finding)))


@lru_cache(maxsize=10_000)  # the same people and tools stand in many messages
def _trailer(key: bytes, value: bytes) -> tuple[Sequence[bytes], Finding | None]:
    """The addresses of a co-author, and the tool that a trailer names."""
    if key != b"co-authored-by":
        return (), _tools().helper(key.decode(), value)
    return [email.strip() for email in ADDRESS.findall(value) if email.strip()], _tools().co_author(value)


def signed(kind: str, name: bytes) -> Finding | None:
    """What a name says of the tool that signs behind it: `Ada (aider)`."""
    low = name.decode("utf-8", "replace").strip().lower()
    return next((Finding(kind, tool) for ending, tool in _tools().endings.items() if low.endswith(ending)), None)


def known_tool(name: str) -> str:
    """The tool that a note of git-ai names."""
    return _tools().exact(_blank(name)) or OTHER


def known_model(text: str) -> str | None:
    """A model's name as it is kept; None for what does not read like one."""
    return _tools().model(text)


class _Tools:
    """ai_tools.toml, as what has to be looked for."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        entries: Sequence[Mapping[str, Any]] = data["tool"]
        self._words: dict[str, str] = {_blank(word): tool["name"] for tool in entries for word in tool.get("words", ())}
        self._alone: dict[str, str] = {_blank(word): tool["name"] for tool in entries for word in tool.get("alone", ())}
        self._names: dict[str, str] = {_blank(tool["name"]): tool["name"] for tool in entries}
        self._emails: dict[bytes, str] = {
            email.encode(): tool["name"] for tool in entries for email in tool.get("emails", ())
        }
        self._marks: dict[str, str] = {mark: tool["name"] for tool in entries for mark in tool.get("marks", ())}
        self._starts = tuple(mark.partition(":")[0].encode() for mark in self._marks)
        self._machines = tuple(start.encode() for start in data["machine_addresses"])
        self._vocabulary = frozenset([*data["models"], *data["variants"]])
        self.endings: dict[str, str] = {
            tool["author_ending"]: tool["name"] for tool in entries if "author_ending" in tool
        }

    def co_author(self, value: bytes) -> Finding | None:
        """What a `Co-authored-by` names, if it is a tool."""
        emails = [email.strip().lower() for email in ADDRESS.findall(value)]
        name = _text(ADDRESS.sub(b"", value))
        tool = next((self._emails[email] for email in emails if email in self._emails), None)
        tool = tool or self._app(emails) or self._named(name, personal=self._is_personal(emails))
        return Finding("co-author", tool, self._model_in(name)) if tool else None

    def helper(self, kind: str, value: bytes) -> Finding | None:
        """What `Assisted-by` or `Generated-by` names: TOOL:MODEL, or the name of a tool or a model."""
        emails = [email.strip().lower() for email in ADDRESS.findall(value)]
        name = _text(ADDRESS.sub(b"", value))
        tool = next((self._emails[email] for email in emails if email in self._emails), None)
        if pair := _TOOL_AND_MODEL.match(name):
            model = self.model(pair["model"])
            tool = tool or self._named(pair["tool"], personal=False) or (OTHER if model and not emails else None)
            return Finding(kind, tool, model) if tool else None
        tool = tool or self._named(name, personal=self._is_personal(emails))
        model = self._model_in(name)
        if tool is None and model is not None and not emails and any(letter.isdigit() for letter in model):
            tool = OTHER
        return Finding(kind, tool, model) if tool else None

    def phrases(self, message: bytes) -> Iterable[Finding]:
        """Lines that say "Generated with …", and trailers that a tool writes of itself."""
        low = message.lower()
        for match in self._phrase.finditer(message) if any(word in low for word in _PHRASE_WORDS) else ():
            word = _blank(_text(match[match.lastgroup or 0]))
            tool = self._words.get(word) or self._alone.get(word)
            if tool:
                yield Finding("phrase", tool)
        for match in self._mark.finditer(message) if any(mark in low for mark in self._starts) else ():
            tool = next((tool for mark, tool in self._marks.items() if _text(match[0]).startswith(mark)), None)
            if tool:
                yield Finding("mark", tool)

    def exact(self, name: str) -> str | None:
        """The tool of exactly that name."""
        return self._words.get(name) or self._alone.get(name) or self._names.get(name)

    def model(self, text: str) -> str | None:
        """`Claude Opus 4.5`, `anthropic/claude-opus-4-5` → with hyphens; None if a part of it is in no list."""
        name = "-".join(text.lower().rpartition("/")[2].split())
        parts = [part for part in name.split("-") if part]
        if not parts or len(name) > MODEL_CHARACTERS or not self._model_start.match(name):
            return None
        good = all(self._is_of_model(part) for part in parts)
        return name if good and (len(parts) > 1 or parts[0] not in self._vocabulary) else None

    def _is_of_model(self, part: str) -> bool:
        """Whether it is a word of models, digits with a few letters at them (`k2`, `30b`), or both (`qwen3`)."""
        match = _MODEL_PART.fullmatch(part)
        return part in self._vocabulary or (
            match is not None and (len(match["word"]) <= SHORT or match["word"] in self._vocabulary)
        )

    def _named(self, name: str, *, personal: bool) -> str | None:
        """The tool that a name means; one that people have counts only whole, and beside no person's address."""
        plain = _blank(name.partition("(")[0].strip(" .,;[]*_`"))
        if tool := self._words.get(plain):
            return tool
        if start := self._start.match(plain):
            return self._words[_blank(start[0])]
        if personal:
            return None
        if tool := self._alone.get(plain) or self._names.get(plain):
            return tool
        first, _, rest = plain.partition(" ")
        return self._alone.get(first) if rest and self.model(f"{first} {rest}") else None

    def _model_in(self, name: str) -> str | None:
        """The model in `aider (gpt-4o)` or `Claude Opus 4.5 (1M context)`."""
        plain, _, rest = name.partition("(")
        return self.model(rest.partition(")")[0].strip()) or self.model(plain.strip())

    def _app(self, emails: Sequence[bytes]) -> str | None:
        """The tool whose App on GitHub has such an address: nobody else has a login that ends so."""
        found = (_APP.fullmatch(email) for email in emails)
        names = (self.exact(_blank(match["login"].decode())) for match in found if match)
        return next((name for name in names if name), None)

    def _is_personal(self, emails: Sequence[bytes]) -> bool:
        return any(email and not email.startswith(self._machines) for email in emails)

    @cached_property
    def _model_start(self) -> re.Pattern[str]:
        return re.compile("|".join(re.escape(model) for model in self._data["models"]))

    @cached_property
    def _start(self) -> re.Pattern[str]:
        longest = sorted(self._words, key=len, reverse=True)
        return re.compile(rf"(?:{'|'.join(re.escape(word) for word in longest)})(?![\w])")

    @cached_property
    def _phrase(self) -> re.Pattern[bytes]:
        words, alone = _alternatives(self._words), _alternatives(self._alone)
        subject = rb"(?:this (?:commit|change|patch|pr|pull request|code|work) (?:was|is|has been) )?"
        begin = b"^" + AROUND + subject + rb"(?:co-?|auto-?|partially |partly |fully )?"
        how = rb" (?:with|by|using|via)(?: the)?(?: (?:help|assistance|aid) (?:of|from))? " + AROUND
        end = AROUND + rb"(?:https?://[^\s]*)?" + AROUND + rb"\r?$"
        chinese = "(?:由|使用|通过|借助)".encode() + rb"[^\w\r\n\x80-\xff]*(?P<chinese>" + words + rb")"
        chinese += rb"[^\w\r\n\x80-\xff]*(?:" + "自动|辅助|协助".encode() + rb")?" + "(?:生成|编写|完成)".encode()
        return re.compile(
            begin + VERBS + how + rb"(?P<word>" + words + rb")(?![A-Za-z0-9])"
            b"|^" + AROUND + b"generated" + how + rb"(?P<alone>" + alone + rb")(?![A-Za-z0-9])" + end + rb"|" + chinese,
            re.IGNORECASE | re.MULTILINE,
        )

    @cached_property
    def _mark(self) -> re.Pattern[bytes]:
        keys = [re.escape(mark.encode()) + (b"" if ":" in mark else rb"[ \t]*:") for mark in self._marks]
        return re.compile(rb"^(?:" + b"|".join(keys) + rb")", re.IGNORECASE | re.MULTILINE)


_PHRASE_WORDS = (b" with", b" by", b" using", b" via", "生成".encode(), "编写".encode(), "完成".encode())
_APP = re.compile(rb"(?:[0-9]+\+)?(?P<login>[a-z0-9-]+)\[bot\]@users\.noreply\.github\.com")
_MODEL_PART = re.compile(r"(?P<word>[a-z]*)\d[\d.]*[a-z]{0,3}")


def _alternatives(words: Iterable[str]) -> bytes:
    """The words, the longest first; a blank in one may be a hyphen in the message."""
    longest = sorted(words, key=len, reverse=True)
    return b"|".join(re.escape(word.encode()).replace(rb"\ ", rb"[ -]") for word in longest)


def _text(value: bytes) -> str:
    return " ".join(value.decode("utf-8", "replace").lower().split())


def _blank(word: str) -> str:
    """A word as it is looked up: blanks for hyphens and underscores."""
    return " ".join(re.split(r"[\s_\-]+", word.lower())).strip()


@cache
def _tools() -> _Tools:
    return _Tools(tomllib.loads(TOOLS_FILE.read_text(encoding="utf-8")))
