"""Mechanisms as data: parts, steps, procedures, checks and description."""
