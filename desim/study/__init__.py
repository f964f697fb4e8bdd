"""Studies: a question, a design, many runs, and honest statistics of what came out."""
