"""What a licence allows: the curated file, and what is made of ids that stand in it, do not, or come in lists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pipelines.errors import ConfigurationError
from pipelines.staging.rules.licenses import CLASSES, license_rows, parse


@pytest.mark.parametrize(
    ("license_id", "expected"),
    [
        ("apache-2.0", "osi"),
        ("mit", "osi"),
        ("agpl-3.0", "osi"),
        ("bsl-1.0", "osi"),  # Boost's, not the Business Source License
        ("busl-1.1", "restricted"),
        ("cc-by-4.0", "open"),
        ("cc0-1.0", "open"),
        ("gemma", "restricted"),
        ("llama3.1", "restricted"),
        ("bigscience-openrail-m", "restricted"),
        ("cc-by-nd-4.0", "restricted"),
        ("cc-by-nc-4.0", "non-commercial"),
        ("apple-amlr", "non-commercial"),
        ("noassertion", "unknown"),
        ("other", "unknown"),
    ],
)
def test_a_licence_is_in_its_class(license_id: str, expected: str) -> None:
    assert {row[0]: row[1] for row in license_rows()}[license_id] == expected


def test_every_class_is_in_use_and_every_licence_has_a_source() -> None:
    assert {row[1] for row in license_rows()} == set(CLASSES)
    assert all(source.startswith("https://") for *_, source in license_rows())


ENTRY = '[[license]]\nclass = "osi"\nsource = "https://example.org"\nids = ["mit"]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY + ENTRY.replace('"osi"', '"open"'), "'mit' is classified twice, as osi and as open"),
        (ENTRY.replace('"osi"', '"free"'), "there is no class 'free': write one of osi"),
        (ENTRY.replace("https", "http"), "its source must be a public address"),
        (ENTRY.replace('source = "https://example.org"\n', ""), "write class, source and ids"),
        (ENTRY.replace('"mit"', '"MIT"'), "write 'MIT' in lower case"),
        (ENTRY.replace('["mit"]', "[]"), "ids is a list of texts"),
        (ENTRY.replace("]]", "]"), "is not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=r"licenses\.toml") as caught:
        parse(text)
    assert message in str(caught.value)


def test_what_the_hub_and_github_tell_finds_its_class(installation: Any, now: Any) -> None:
    told = ["Apache-2.0", "mit, apache-2.0", "mit, gemma", "mit, our-own", "our-own", "other", None]
    for number, license_id in enumerate(told):
        row = {"hub_id": str(number), "name": f"org/{number}", "day": now.date(), "license": license_id}
        installation.tell_hub("models", [row])
    github = {"database_id": 1, "full_name": "o/a", "stars": 1, "fork_count": 0, "license_spdx": "NOASSERTION"}
    installation.tell("repositories", "o/a", [github], at=now + timedelta(hours=1))
    assert installation.ask("SELECT license, class, source IS NOT NULL FROM staging.license") == [
        ("Apache-2.0", "osi", True),
        ("NOASSERTION", "unknown", True),
        ("mit, apache-2.0", "osi", True),
        ("mit, gemma", "unknown", True),
        ("mit, our-own", "unknown", True),
        ("other", "unknown", True),
        ("our-own", "unknown", False),
    ]
