import re
from pathlib import Path

import pytest

from bot.errors import Misconfigured
from bot.knowledge.files import Watched
from bot.knowledge.places import KINDS, NATIONAL, Places, lineage, places

SHIPPED = Path(__file__).parents[2] / "data"

COUNTRY = "code: 000000\nname: {zh: 全国, en: China}\noffices:\n" + "".join(
    f"  {kind}:\n    name: {{zh: 当地{kind}, en: local {kind}}}\n" for kind in KINDS
)
DISTRICT = """\
code: 110108
name: {zh: 海淀区, en: Haidian}
offices:
  vehicle:
    name: {zh: 海淀车管所, en: Haidian office}
    address: {zh: 某路1号, en: 1 Some Road}
    hours: {zh: 每天, en: daily}
    phone: 010-0000-0001
"""


@pytest.fixture
def folder(data: Path) -> Path:
    (data / "places" / "000000.yml").write_text(COUNTRY)
    (data / "places" / "110108.yml").write_text(DISTRICT)
    return data


def test_the_parents_of_a_district_are_its_city_province_and_country() -> None:
    assert lineage("110108") == ("110108", "110100", "110000", "000000")
    assert lineage("440000") == ("440000", "000000")


def test_a_child_comes_first_and_its_parents_fill_what_it_leaves_open(folder: Path) -> None:
    place = Places.load(folder).find("110108")

    assert place.office("vehicle").name["zh"] == "海淀车管所"
    assert place.why("vehicle").name == "110108.yml"
    assert place.office("household").name["zh"] == "当地household"
    assert place.why("household").name == "000000.yml"


@pytest.mark.parametrize("code", ["310115", "000000", "999999", "", "somewhere", "１１０１０８"])
def test_an_unknown_code_falls_back_to_the_country(folder: Path, code: str) -> None:
    assert Places.load(folder).find(code).code == NATIONAL


def test_an_office_reads_as_part_of_a_sentence(folder: Path) -> None:
    place = Places.load(folder).find("110108")

    office = place.office("vehicle")
    assert office.phrase("zh") == "海淀车管所（某路1号，每天，电话010-0000-0001）"
    assert office.phrase("en") == "Haidian office (1 Some Road, daily, tel. 010-0000-0001)"
    assert place.office("traffic").phrase("en") == "local traffic"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("110108", DISTRICT.replace("vehicle", "vehicles"), "vehicles is not a kind of office"),
        ("110109", DISTRICT, "the code must be the file's name, 110109"),
        ("110108", DISTRICT.replace("110108", "haidian"), "`code`"),
        ("110108", DISTRICT.replace("010-0000-0001", "call us"), "`vehicle.phone`"),
        ("000000", COUNTRY.replace("  traffic:", "  tram:"), "the country must have every kind"),
        ("000000", "", "is empty"),
    ],
)
def test_a_fault_stops_the_start_by_file_and_line(
    folder: Path, name: str, content: str, message: str
) -> None:
    (folder / "places" / f"{name}.yml").write_text(content)

    with pytest.raises(Misconfigured, match=rf"{name}\.yml:\d+") as raised:
        Places.load(folder)
    faults = getattr(raised.value, "faults", ())
    assert any(message in fault.message for fault in faults), faults


def test_a_tree_without_a_country_is_no_tree(folder: Path) -> None:
    (folder / "places" / "000000.yml").unlink()

    with pytest.raises(Misconfigured, match=r"000000\.yml is missing"):
        Places.load(folder)


def test_an_office_that_moves_is_named_at_its_new_address(folder: Path) -> None:
    now = 0.0
    tree = Watched(
        lambda: (folder / "places").glob("*.yml"), lambda: Places.load(folder), lambda: now
    )
    assert tree.get().find("110108").office("vehicle").address["zh"] == "某路1号"

    (folder / "places" / "110108.yml").write_text(DISTRICT.replace("某路1号", "某路12号"))
    now = 1.0
    assert tree.get().find("110108").office("vehicle").address["zh"] == "某路12号"


def test_the_shipped_tree_answers_for_its_cities() -> None:
    tree = places(SHIPPED)

    assert tree.find("110108").name["zh"] == "海淀区"
    assert tree.find("110105").code == "110000", "a district we do not know: its city"
    assert tree.find("310115").code == "310000"
    assert tree.find("440104").code == "440100"
    assert tree.find("440300").code == "440000"
    assert tree.find("110108").why("exit_entry").name == "110000.yml"
    assert tree.find("650100").code == NATIONAL


def test_the_shipped_offices_are_marked_as_samples_and_no_number_is_anybodys() -> None:
    for place in places(SHIPPED).by_code.values():
        for office in place.offices.values():
            if office.source.stem == NATIONAL:
                assert not office.address
                assert not office.phone
                continue
            assert "示例" in office.name["zh"]
            assert "sample" in office.name["en"]
            # Local numbers never begin with a zero, so this one cannot be given out.
            assert re.fullmatch(r"0\d{2,3}-0000-\d{4}", office.phone)
