"""`python -m shared.jobs SERVICE ID`, as workers start it."""

from shared.jobs.cli import run

run()
