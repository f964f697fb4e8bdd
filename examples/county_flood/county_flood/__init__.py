"""A county flood with boats and shelters, as plug-ins of desim."""
