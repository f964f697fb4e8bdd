"""Calibration of a case on its record: history matching, sequential ABC, checks of both."""
