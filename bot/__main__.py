"""`python -m bot` is the command `wenjing`."""

from bot.cli import main

main()
