"""What the whole suite shares: this folder's modules can be imported, and hypothesis repeats."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "desim",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("desim")
