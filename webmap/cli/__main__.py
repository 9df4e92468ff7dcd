"""`python -m webmap.cli`, for a process that has no `linli` on its path."""

from webmap.cli import main

main(prog_name="linli")
