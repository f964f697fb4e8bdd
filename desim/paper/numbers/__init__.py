"""Numbers and words of the manuscript, a module a part of the paper."""
