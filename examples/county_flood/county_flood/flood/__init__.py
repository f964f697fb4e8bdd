"""The tables of the case lie beside this file."""
