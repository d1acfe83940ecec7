"""`python -m answerback`."""

from answerback.cli import main

main()
