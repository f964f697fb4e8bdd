"""The paper: numbers, words, tables and figures from results, each with where it comes from."""
