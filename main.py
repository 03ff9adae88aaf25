"""Trajecta's entry: a command (check, compare, figure, report) runs without a window, anything else opens it."""
