"""Numbers of the model itself: its size, its parameters and their evidence, what reforms change."""

from __future__ import annotations

import re
from collections import Counter

from desim.case import RecordRow
from desim.engine.play import SEMANTICS
from desim.mechanism.linkage import links_of
from desim.mechanism.mechanism import Mechanism
from desim.outcome.catalogue import OUTCOMES
from desim.paper.entry import Entry, Origin
from desim.paper.reforms import changes
from desim.paper.sources import SEMANTICS as RULES
from desim.paper.sources import Sources
from desim.paper.wording import in_words, number, percent
from desim.parameter import TAGS, Parameter
from desim.policy.catalogue import REFORMS

_HERE = Origin(__name__, rows="the case and the policies, as they are loaded")


def entries(sources: Sources) -> list[Entry]:
    """Sizes of the mechanism, of the evidence and of the reforms' changes."""
    return [*_mechanism(sources), *_evidence(sources), *_reforms(sources)]


def parameters(sources: Sources) -> tuple[Parameter, ...]:
    """Every uncertain number: the case's, then the reforms'."""
    of_reforms = (p for reform in REFORMS for p in reform.parameters)
    return (*sources.case.parameters, *of_reforms)


def _entry(key: str, text: str) -> Entry:
    return Entry(f"model.{key}", text, _HERE)


def _mechanism(sources: Sources) -> list[Entry]:
    mechanism = sources.case.mechanism
    vertical = sum(link.orientation == "vertical" for link in mechanism.links)
    counts = {
        "units": len(mechanism.units),
        "links": len(mechanism.links),
        "links.vertical": vertical,
        "links.horizontal": len(mechanism.links) - vertical,
        "procedures": len(mechanism.procedures),
        "steps": sum(len(procedure.steps) for procedure in mechanism.procedures),
        "arrivals": len(mechanism.arrivals),
        "pools": len(mechanism.pools),
        "measures": len(mechanism.measures),
        "places": len(mechanism.world.places) if mechanism.world else 0,
        "horizon": int(mechanism.horizon),
        "days": int(mechanism.horizon // 24),
        "outcomes": len(OUTCOMES),
        "semantics": SEMANTICS,
        "tiers": len({unit.tier for unit in mechanism.units}),
        "staff": sum(max((s.staff for s in u.staff), default=0) for u in mechanism.units),
    }
    found = [_entry(key, number(float(count), 0)) for key, count in counts.items()]
    return [*found, _entry("links.use", _use(mechanism)), _rules()]


def _use(mechanism: Mechanism) -> str:
    """How many links some procedure sends over."""
    used = {name for procedure in mechanism.procedures for name in links_of(procedure)}
    count = "all" if len(used) == len(mechanism.links) else number(float(len(used)), 0)
    return f"procedures send over {count} of them"


def _rules() -> Entry:
    """How many numbered rules say what a mechanism means."""
    rules = re.findall(r"^## \d+\. ", RULES.read_text(encoding="utf-8"), re.MULTILINE)
    origin = Origin(__name__, rows="numbered headings of docs/semantics.md")
    return Entry("model.rules", in_words(len(rules)), origin)


def _evidence(sources: Sources) -> list[Entry]:
    every = parameters(sources)
    tags = Counter(parameter.tag for parameter in every)
    uses: Counter[str] = Counter(row.use for row in _record(sources))
    found = [
        _entry("parameters", number(len(every), 0)),
        _entry("parameters.case", number(len(sources.case.parameters), 0)),
        _entry("parameters.reforms", number(len(every) - len(sources.case.parameters), 0)),
        _entry("sources", number(len(sources.case.sources), 0)),
        _entry("record", number(len(_record(sources)), 0)),
    ]
    for tag in TAGS:
        found.append(_entry(f"parameters.{tag}", number(tags[tag], 0)))
        found.append(_entry(f"parameters.{tag}.share", percent(tags[tag] / len(every))))
    found += [_entry(f"record.{use}", number(uses[use], 0)) for use in ("input", "fit", "hold_out")]
    return found + [_value(parameter) for parameter in every]


def _value(parameter: Parameter) -> Entry:
    text = f"{number_as_given(parameter.value)} {parameter.unit}".strip()
    return _entry(f"value.{parameter.name}", text)


def number_as_given(value: float) -> str:
    """A number of a table of the case, as it stands there."""
    return f"{value:.10g}".replace("-", "\N{MINUS SIGN}")


def _record(sources: Sources) -> tuple[RecordRow, ...]:
    return sources.case.record


def _reforms(sources: Sources) -> list[Entry]:
    found = [
        _entry("reforms", in_words(len(REFORMS))),
        _entry("combinations.word", in_words(2 ** len(REFORMS))),
        _entry("combinations", number(2 ** len(REFORMS), 0)),
    ]
    for reform in REFORMS:
        rows = changes(sources, reform.name)
        found.append(_entry(f"diff.{reform.name}", number(sum(row.count for row in rows), 0)))
        found.append(_entry(f"diff.{reform.name}.kinds", number(len(rows), 0)))
    return found
