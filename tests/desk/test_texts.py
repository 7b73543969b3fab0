import re
from pathlib import Path

from bot.desk import texts
from tests.desk.town import PROJECT


def test_every_text_that_the_desk_uses_is_there():
    sources = "".join(path.read_text() for path in Path(PROJECT / "bot/desk").glob("*.py"))
    used = set(re.findall(r'texts\["(\w+)"\]', sources))
    assert len(used) > 60
    assert used <= set(texts._TEXTS)


def test_every_text_is_there_in_both_languages():
    for key, (zh, en) in texts._TEXTS.items():
        assert zh, key
        assert en, key
        assert set(re.findall(r"{\w+}", zh)) == set(re.findall(r"{\w+}", en)), key
