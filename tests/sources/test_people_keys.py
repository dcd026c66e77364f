"""Addresses become keys; what may be stored of them and what may not."""

from __future__ import annotations

import re
from hashlib import blake2b

import pytest
import soak
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sources.people_keys import PersonKey, email_domain, person_keys

KEY = b"0" * 32


def key_of(email: bytes, *, domains: frozenset[str] = frozenset()) -> PersonKey:
    return person_keys([email], KEY, domains)[0]


@pytest.mark.parametrize(
    ("email", "key", "login"),
    [
        (b"583231+octocat@users.noreply.github.com", "account:583231", "octocat"),
        (b"583231+OctoCat@Users.NoReply.GitHub.com", "account:583231", "OctoCat"),
        (b"49699333+dependabot[bot]@users.noreply.github.com", "account:49699333", "dependabot[bot]"),
        (b"OctoCat@users.noreply.github.com", "login:octocat", "OctoCat"),
        (b"some-app[bot]@users.noreply.github.com", "login:some-app[bot]", "some-app[bot]"),
        (b"octo_corp@users.noreply.github.com", "login:octo_corp", "octo_corp"),
    ],
)
def test_a_noreply_address_of_github_names_its_account_or_login(email: bytes, key: str, login: str) -> None:
    assert key_of(email) == PersonKey(key, login, "users.noreply.github.com")


@pytest.mark.parametrize(
    "email",
    [
        b"jane@example.com",
        b"jane.doe@users.noreply.github.com",
        b"jane@users.noreply.github.com.evil.example",
        b"1+2+jane@users.noreply.github.com",
        b"jane",
        b"\xff\xfe\x00",
        b"@",
    ],
)
def test_everything_else_is_a_keyed_hash_of_what_is_there(email: bytes) -> None:
    expected = blake2b(email.lower(), digest_size=16, key=KEY).hexdigest()
    assert key_of(email)[:2] == (f"email:{expected}", None)


def test_case_and_blanks_around_an_address_make_no_second_person() -> None:
    assert key_of(b" Jane@Example.COM\n") == key_of(b"jane@example.com")


def test_another_key_gives_another_hash() -> None:
    assert person_keys([b"jane@example.com"], b"1" * 32) != person_keys([b"jane@example.com"], KEY)


@pytest.mark.parametrize("email", [b"", b"   "])
def test_an_empty_address_names_nobody(email: bytes) -> None:
    assert key_of(email) == PersonKey(None, None, None)


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        (b"jane@gmail.com", "gmail.com"),
        (b"jane@QQ.com", "qq.com"),
        (b"jane@alibaba-inc.com", "alibaba-inc.com"),
        (b"jane@linux.alibaba.com", "alibaba.com"),
        (b"jane@langchain.dev", "langchain.dev"),
        (b"jane@huggingface.co", "huggingface.co"),
        (b"jane@deepseek.com", "deepseek.com"),
        (b"jane@berkeley.edu", "berkeley.edu"),
        (b"jane@janes-laptop.cs.wisc.edu", "wisc.edu"),
        (b"jane@mails.tsinghua.edu.cn", "tsinghua.edu.cn"),
        (b"jane@cl.cam.ac.uk", "cam.ac.uk"),
        (b"jane@nist.gov", "nist.gov"),
        (b"jane@inf.ethz.ch", "ethz.ch"),
    ],
)
def test_a_domain_that_names_no_person_is_kept(email: bytes, domain: str) -> None:
    assert email_domain(email) == domain


@pytest.mark.parametrize(
    "email",
    [
        b"me@jane-doe.me",
        b"jane@doe.dev",
        b"jane@notgoogle.com",
        b"jane@google.com.doe.me",
        b"jane@janes-macbook.local",
        b"jane@10.0.0.1",
        b"jane@edu.cn",
        b"jane@ac.uk",
        b"jane@doe.ac.example",
        b"jane@google.com>",
        b"jane@goo gle.com",
        b"google.com",
        "jane@gööglé.com".encode(),
    ],
)
def test_a_domain_that_may_name_a_person_is_dropped(email: bytes) -> None:
    assert email_domain(email) is None


def test_an_installation_can_allow_its_own_domains() -> None:
    assert key_of(b"jane@mail.acme.example").domain is None
    assert key_of(b"jane@mail.acme.example", domains=frozenset({"acme.example"})).domain == "acme.example"


@soak.examples(usual=100, full=20_000)
@given(st.binary(max_size=60) | st.emails().map(str.encode))
def test_no_address_passes(email: bytes) -> None:
    key, login, domain = key_of(email)
    assert (key is None) == (not email.strip())
    assert key is None or login is not None or re.fullmatch("email:[0-9a-f]{32}", key)
    assert domain is None or re.search(rb"[@.]%s\.?$" % domain.encode(), email.strip().lower())
