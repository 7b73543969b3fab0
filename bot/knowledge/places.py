"""The tree of jurisdictions and their offices, as kept in data/places/.

Places are named by GB/T 2260 codes: 110108 (district) lies in 110100 (city), 110000
(province) and 000000 (the country). A place says only what its parents leave open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from bot.errors import Misconfigured
from bot.knowledge.files import Bilingual, Broken, Fault, File, Schema, Watched, read
from bot.messages import Language

__all__ = ["KINDS", "NATIONAL", "Office", "Place", "Places", "places"]

KINDS = ("household", "exit_entry", "vehicle", "traffic", "police_station")
"""Kinds of office that an answer can send a citizen to."""
NATIONAL = "000000"


@dataclass(frozen=True)
class Office:
    """A counter that citizens can go to; what is empty is not known."""

    name: Mapping[Language, str]
    address: Mapping[Language, str]
    hours: Mapping[Language, str]
    phone: str
    source: Path
    """File that it was read from."""

    def phrase(self, language: Language) -> str:
        """Fits into a sentence: “name（address，hours，电话phone）”."""
        if language == "zh":
            phone, separator, brackets = "电话", "，", "（{}）"
        else:
            phone, separator, brackets = "tel. ", ", ", " ({})"
        known = [self.address.get(language), self.hours.get(language)]
        known.append(f"{phone}{self.phone}" if self.phone else None)
        facts = separator.join(fact for fact in known if fact)
        return self.name[language] + (brackets.format(facts) if facts else "")


@dataclass(frozen=True)
class Place:
    """A place with its offices, its own ones first, its parents' where it has none."""

    code: str
    name: Mapping[Language, str]
    offices: Mapping[str, Office]
    """By kind; every kind is there."""

    def office(self, kind: str) -> Office:
        """The nearest office of a kind of KINDS."""
        return self.offices[kind]

    def why(self, kind: str) -> Path:
        """The file that decided which office is named."""
        return self.offices[kind].source


@dataclass(frozen=True)
class Places:
    """All places of one moment; a change makes a new object."""

    by_code: Mapping[str, Place]

    @classmethod
    def load(cls, data: Path) -> "Places":
        """Reads data/places/. Raises Misconfigured: it names the first fault's file and line."""
        files, faults = _read_all(data)
        if faults:
            raise Broken(faults)
        if NATIONAL not in files:
            path = data / "places" / f"{NATIONAL}.yml"
            raise Misconfigured(f"{path} is missing: is WENJING_DATA right?")
        return cls({code: _place(code, files) for code in files})

    def find(self, code: str) -> Place:
        """The place of a GB/T 2260 code, or its nearest parent that is known."""
        return next(self.by_code[near] for near in lineage(code) if near in self.by_code)


def places(data: Path) -> Places:
    """The places as they stand; as `topics.knowledge`, for data/places/."""
    return _watched(data).get()


def lineage(code: str) -> tuple[str, ...]:
    """A code and its parents, nearest first: 110108, 110100, 110000, 000000."""
    return tuple(dict.fromkeys((code, f"{code[:4]}00", f"{code[:2]}0000", NATIONAL)))


class _Office(Schema):
    name: Bilingual
    address: Bilingual | None = None
    hours: Bilingual | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9 -]{0,20}$")] = ""


class _Place(Schema):
    code: Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
    name: Bilingual
    offices: dict[str, _Office]


def _read_all(data: Path) -> tuple[dict[str, File[_Place]], list[Fault]]:
    files: dict[str, File[_Place]] = {}
    faults: list[Fault] = []
    for path in sorted((data / "places").glob("*.yml")):
        try:
            file = read(path, _Place)
        except Broken as error:
            faults += error.faults
            continue
        code = file.content.code
        if code != path.stem:
            faults.append(file.fault(("code",), f"the code must be the file's name, {path.stem}"))
        for kind in file.content.offices:
            if kind not in KINDS:
                message = f"{kind} is not a kind of office; there are {', '.join(KINDS)}"
                faults.append(file.fault(("offices", kind), message, code))
        if code == NATIONAL:
            missing = [kind for kind in KINDS if kind not in file.content.offices]
            if missing:
                message = f"the country must have every kind of office: {', '.join(missing)}"
                faults.append(file.fault(("offices",), message, code))
        files[code] = file
    return files, faults


@lru_cache(maxsize=8)
def _watched(data: Path) -> Watched[Places]:
    return Watched(lambda: sorted((data / "places").glob("*.yml")), lambda: Places.load(data))


def _place(code: str, files: Mapping[str, File[_Place]]) -> Place:
    offices: dict[str, Office] = {}
    for near in lineage(code):
        if near in files:
            for kind, office in files[near].content.offices.items():
                offices.setdefault(kind, _office(office, files[near].path))
    return Place(code, _texts(files[code].content.name), offices)


def _office(office: _Office, source: Path) -> Office:
    return Office(
        name=_texts(office.name),
        address=_texts(office.address),
        hours=_texts(office.hours),
        phone=office.phone,
        source=source,
    )


def _texts(texts: Bilingual | None) -> Mapping[Language, str]:
    return {"zh": texts.zh, "en": texts.en} if texts else {}
