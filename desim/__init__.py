"""desim: discrete-event simulation and policy evaluation of emergency-response mechanisms."""

__version__ = "0.1.0"
