"""The officers' desk: who waits, what was said, and taking over from the bot.

`app` puts it together, `guard` decides who comes in, `work` is what officers do, `board`
wakes the pages when something happened, `page` shows it.
"""

from bot.desk.app import create_desk

__all__ = ["create_desk"]
