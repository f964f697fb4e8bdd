"""Boats are stationed in the villages before the river rises."""

from desim.plugin import Parameter, policy, replace

WAY = Parameter(
    "boats_in_advance.way_left", 0.4, 0.1, 0.9, "uniform", "share",
    "what is left of the way to a call at full lever", note="villages lie 5 to 20 km apart",
)  # fmt: skip


@policy(
    title="Boats in advance",
    summary="Boats wait in the villages before the river rises, so that their way is short.",
    lever="share of the fleet that is stationed in advance",
    parameters=[WAY],
)
def boats_in_advance(mechanism, lever, values):
    left = 1.0 - lever * (1.0 - values["boats_in_advance.way_left"])

    def nearer(link):
        by_boat = link.channel == "road" and link.origin == "boat_teams"
        return replace(link, delay=link.delay.scaled(left)) if by_boat else link

    return mechanism.mapped(links=nearer)
