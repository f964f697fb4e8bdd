"""Numbers of the factorial over the posterior, once it has been played."""

from __future__ import annotations

from desim.paper.entry import Entry, Origin
from desim.paper.numbers.names import setting, unit
from desim.paper.sources import MAIN, POSTERIOR, Sources
from desim.paper.wording import capital, changes, estimate, in_words, listed, number

SUMMARY, COMPARISON = f"{POSTERIOR}/summary", f"{POSTERIOR}/comparison"
BEST = f"{POSTERIOR}/best"


def entries(sources: Sources) -> list[Entry]:
    """What reforms do over the posterior; nothing before that has been played."""
    if not sources.posterior:
        return []
    about = sources.provenance(POSTERIOR)
    origin = Origin(__name__, (SUMMARY,), rows="provenance of the study")
    found = [
        Entry("posterior.runs", number(about["runs"], 0), origin),
        Entry("posterior.points", number(about["points"], 0), origin),
    ]
    sentences = []
    for _, row in sources.rows(COMPARISON, outcome=MAIN).iterrows():
        where = Origin(__name__, (COMPARISON,), (0, int(row["point"])), f"label = {row['label']}")
        size = estimate(row["difference"], row["low"], row["high"], unit(MAIN), sign=True)
        word = changes(row["difference"], row["p_holm"], "raises", "lowers", "no clear effect")
        found.append(Entry(f"posterior.{row['label']}", size, where))
        found.append(Entry(f"posterior.{row['label']}.verb", word, where))
        if "+" not in row["label"]:
            sentences.append(f"{capital(setting(row['label']))}: {word}, {size}.")
    origin = Origin(__name__, (COMPARISON,), rows=f"outcome = {MAIN}")
    found.append(Entry("posterior.sentences", " ".join(sentences), origin))
    rows = sources.rows(BEST, outcome=MAIN)
    able = [setting(str(name)) for name in rows[rows["may_be_best"]]["name"]]
    origin = Origin(__name__, (BEST,), rows=f"outcome = {MAIN}")
    names = listed([f"({each})" for each in able])
    return [
        *found,
        Entry("posterior.best.count", in_words(len(able)), origin),
        Entry("posterior.best.names", names, origin),
    ]
