from datetime import date
from pathlib import Path
from typing import Protocol

import pytest

TODAY = date(2026, 11, 24)

TOPIC = """\
- id: lost_umbrella
  title: {zh: 雨伞丢了, en: Lost umbrella}
  owner: 治安管理部门
  varies: city
  urgent: false
  basis: [《民法典》第三百一十四条]
  effective: 2021-01-01
  review_by: 2027-05-31
  related: []
  questions:
    zh: [伞丢了, 我的伞呢, 雨伞落地铁上了, 谁捡到伞, 伞找不到, 丢了一把伞, 伞忘拿了, 找伞]
    en: [lost umbrella, where is my umbrella, umbrella left on train, find umbrella]
  answer:
    zh: |
      请到{police_station}询问。
    en: |
      Ask at {police_station}.
  short: {zh: 请问派出所。, en: Ask the police station.}
"""
BOOK = "category: dogs\ntopics:\n" + TOPIC


class Write(Protocol):
    def __call__(self, name: str, content: str | bytes) -> Path: ...


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder without any files yet."""
    (tmp_path / "faq").mkdir()
    (tmp_path / "places").mkdir()
    return tmp_path


@pytest.fixture
def write(data: Path) -> Write:
    """Writes data/faq/<name>."""

    def write(name: str, content: str | bytes) -> Path:
        path = data / "faq" / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
