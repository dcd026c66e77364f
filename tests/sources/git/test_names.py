"""Display names become keyed hashes, or the class of a name that tells nobody apart."""

from __future__ import annotations

from typing import Any

import pytest
from gitmaker import Maker

from pipelines.settings import Settings
from pipelines.sources.git.names import name_key

KEY = b"0" * 32


@pytest.mark.parametrize(
    "name",
    ["root", "Root ", "ubuntu", "Your Name", "unknown", "(no author)", "匿名", "未知用户", "管理员",
     "张三", "DESKTOP-AB12CD", "???",
     "MacBook-Pro", "Johns-MacBook-Pro.local", "12345", "\uff32OOT"],
)  # fmt: skip
def test_a_placeholder_is_one(name: str) -> None:
    assert name_key(name.encode(), KEY) == "placeholder"


@pytest.mark.parametrize(
    "name",
    ["Wei Wang", "Wang Wei", "zhangwei", "WeiZhang", "Li", "张伟", "王小明", "李静", "Zhang, Wei", "wang.wei",
     "John Smith", "Alex",
     "Xiao Ming Wang", "Thomas Müller", "Rahul Kumar", "Minh Nguyen", "Sergey Ivanov", "Jihoon Kim", "王"],
)  # fmt: skip
def test_a_common_name_is_one(name: str) -> None:
    assert name_key(name.encode(), KEY) == "common"


@pytest.mark.parametrize(
    "name", ["Ada Lovelace", "Zhuge Kongming", "欧阳锋", "Wei Lovelace", "torvalds", "x86", "Jean-Zébulon Roux"]
)
def test_every_other_name_is_a_keyed_hash(name: str) -> None:
    key = name_key(name.encode(), KEY)
    assert key is not None
    assert key.startswith("name:")
    assert len(key) == len("name:") + 32
    assert key != name_key(name.encode(), b"1" * 32)


@pytest.mark.parametrize(
    "other",
    [
        "ada lovelace",
        " Ada  Lovelace",
        "ADA LOVELACE",
        "\uff21da \uff2covelace",
        "Ada\u00a0Lovelace",
        "Ada Lovelace (aider)",
    ],
)
def test_one_name_has_one_key_however_it_is_written(other: str) -> None:
    assert name_key(other.encode(), KEY) == name_key(b"Ada Lovelace", KEY)


@pytest.mark.parametrize("name", [b"", b"  ", b"(aider)"])
def test_no_name_has_no_key(name: bytes) -> None:
    assert name_key(name, KEY) is None


def test_a_name_that_is_no_utf_8_is_one_all_the_same() -> None:
    assert name_key(b"J\xfcrgen", KEY) is not None


def test_a_row_says_the_class_of_name_and_address(settings: Settings, maker: Maker, fetching: Any) -> None:
    maker.commit(name="root", email="root@localhost")
    maker.commit(name="Ada Lovelace", email="ada@analytical.org")
    ada, root = fetching.rows(settings)
    assert (root["author_name_key"], root["author_placeholder"]) == ("placeholder", True)
    assert ada["author_name_key"].startswith("name:")
    assert ada["author_placeholder"] is False
