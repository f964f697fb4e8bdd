"""Small organisations whose answers are known from theory, as mechanisms like any other."""

from desim.classroom.network import Network, hierarchy, ring, star
from desim.classroom.office import office
from desim.classroom.theory import mean_time, utilisations

__all__ = ["Network", "hierarchy", "mean_time", "office", "ring", "star", "utilisations"]
