"""What the results were made with: versions, commit, engine, machine-independent digests."""

from __future__ import annotations

import desim
from desim.paper.entry import Entry, Origin
from desim.paper.sources import BASELINE, Sources
from desim.paper.wording import CLEAR, in_words, number, percent
from desim.study import compare
from desim.study.record_tables import BAND
from desim.study.replications import LOOK_AHEAD


def entries(sources: Sources) -> list[Entry]:
    """Software and statistics settings that the text names."""
    about = sources.provenance(BASELINE)
    here = Origin(__name__, (f"{BASELINE}/runs",), rows="provenance of the study")
    runs = sum(int(sources.provenance(name)["runs"]) for name in sources.used)
    seeds = ", ".join(sorted({str(sources.provenance(name)["seed"]) for name in sources.used}))
    commits = sorted({str(sources.provenance(name)["commit"]) for name in sources.used})
    everything = Origin(__name__, tuple(f"{name}/runs" for name in sources.used), rows="provenance")
    code = Origin(__name__, rows="constants of desim.study")
    return [
        Entry("about.version", desim.__version__, here),
        Entry("about.python", str(about["python"]), here),
        Entry("about.runs", number(runs, 0), everything),
        Entry("about.studies", in_words(len(sources.used)), everything),
        Entry("about.seeds", seeds, everything),
        Entry("about.commits", ", ".join(c[:12] for c in commits), everything),
        Entry("about.source", str(about["source_digest"])[:12], here),
        Entry("about.mechanism", str(about["mechanism_digest"])[:12], here),
        Entry("about.libraries", _libraries(about["libraries"]), here),
        Entry("about.bootstraps", number(compare.BOOTSTRAPS, 0), code),
        Entry("about.level", percent(compare.CONFIDENCE), code),
        Entry("about.clear", number(CLEAR, 2), Origin(__name__, rows="desim.paper.wording.CLEAR")),
        Entry("about.band", percent(BAND[1] - BAND[0]), code),
        Entry("about.look_ahead", number(LOOK_AHEAD, 0), code),
    ]


def _libraries(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {versions[name]}" for name in sorted(versions, key=str.lower))
