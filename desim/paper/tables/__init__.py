"""Tables of the manuscript: made once, written for Typst, LaTeX and as CSV."""
