"""STRESS-DES and the essentials of STARS, filled from the model and from what is written beside it.

Sources: Monks et al. (2019), Journal of Simulation 13:55-67 (STRESS-DES); Monks, Harper and
Mustafee (2024), Journal of Simulation 18:1-19 (STARS).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import desim
from desim.paper.entry import PaperError
from desim.paper.sources import Sources
from desim.paper.stress_facts import FACTS

ITEMS: dict[str, str] = {
    "1.1": "Purpose of the model", "1.2": "Model outputs", "1.3": "Experimentation aims",
    "2.1": "Base model overview diagram", "2.2": "Base model logic", "2.3": "Scenario logic",
    "2.4": "Algorithms", "2.5": "Components",
    "3.1": "Data sources", "3.2": "Pre-processing", "3.3": "Input parameters",
    "3.4": "Assumptions", "4.1": "Initialisation", "4.2": "Run length",
    "4.3": "Estimation approach", "5.1": "Software or programming language",
    "5.2": "Random sampling", "5.3": "Model execution", "5.4": "System specification",
    "6.1": "Computer model sharing statement",
}  # fmt: skip
COMPONENTS: dict[str, str] = {
    "2.5.1": "Entities", "2.5.2": "Activities", "2.5.3": "Resources", "2.5.4": "Queues",
    "2.5.5": "Entry and exit points",
}  # fmt: skip
SECTIONS = {
    "1": "Objectives", "2": "Logic", "3": "Data", "4": "Experimentation", "5": "Implementation",
    "6": "Code access",
}  # fmt: skip
FILE = "stress.toml"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to one item: its number and title, what is written, what the model says."""

    item: str
    title: str
    written: str
    found: str

    @property
    def text(self) -> str:
        """Both, in this order."""
        return " ".join(part for part in (self.written, self.found) if part)


def answers(sources: Sources) -> tuple[Answer, ...]:
    """Every item with its text.

    Raises
    ------
    PaperError
        When an item is answered by nobody or twice, or there is no such item.
    """
    written = _written(Path(desim.__file__).parent)
    titles = _titles()
    complaints = [f"{FILE}: there is no item {item}" for item in written if item not in titles]
    found = []
    for item, title in titles.items():
        fact: Callable[[Sources], str] | None = FACTS.get(item)
        answer = Answer(item, title, written.get(item, ""), fact(sources) if fact else "")
        if not answer.text:
            complaints.append(f"item {item} ({title}) is answered in no {FILE} and by no fact")
        found.append(answer)
    if complaints:
        raise PaperError(tuple(complaints))
    return tuple(found)


def _titles() -> dict[str, str]:
    """Items in order, the one about components split into its parts."""
    found: dict[str, str] = {}
    for item, title in ITEMS.items():
        if item == "2.5":
            found |= {part: f"{title}: {name.lower()}" for part, name in COMPONENTS.items()}
        else:
            found[item] = title
    return found


def _written(package: Path) -> dict[str, str]:
    """What is written beside the code, by item."""
    found: dict[str, str] = {}
    twice = []
    for file in sorted(package.glob(f"*/{FILE}")):
        for item, text in tomllib.loads(file.read_text(encoding="utf-8"))["items"].items():
            if item in found:
                twice.append(f"{file.parent.name}/{FILE}: item {item} is written twice")
            found[item] = " ".join(text.split())
    if twice:
        raise PaperError(tuple(twice))
    return found


def stars() -> tuple[tuple[str, str], ...]:
    """The essential parts of STARS, and what there is of each."""
    root = Path(desim.__file__).parent.parent

    def there(name: str, text: str) -> str:
        return f"{text} ({name})." if (root / name).is_file() else f"Not beside this copy ({name})."

    return (
        ("Open licence", there("LICENSE", "MIT")),
        ("Dependency management", there("requirements.txt", "Every package pinned by its hash")),
        ("Free and open-source model", "Python and libraries that are all free software."),
        ("Minimum documentation", there("README.md", "How to install, run, change and add")),
        ("Researcher identifiers (ORCID)", "None: the authors are not named."),
        ("Citation information", there("CITATION.cff", "A citation file")),
        ("Remote code repository", "Where the reader found this copy; no address is claimed here."),
        ("Open science archive", "None yet: no identifier has been given out."),
    )


def as_text(sources: Sources) -> str:
    """The checklist in plain text."""
    lines: list[str] = []
    for answer in answers(sources):
        if answer.item.endswith(".1") and answer.item.count(".") == 1:
            lines += ["", f"{answer.item[0]}. {SECTIONS[answer.item[0]]}"]
        lines += ["", f"{answer.item} {answer.title}", f"  {answer.text}"]
    lines += ["", "STARS, essential parts", ""]
    lines += [f"{title}: {text}" for title, text in stars()]
    return "\n".join(lines).strip() + "\n"
