"""What must last, in SQL: conversations, cases, officers, the audit book.

`recording` writes what the journal hears, `queue` and `conversations` are what the desk
reads, `door` decides who may, `officers` and `sign_in` who is who, `audit` keeps the book.
"""

from bot.store.database import Store
from bot.store.migrate import migrate
from bot.store.officers import add_officer, ensure_first_officer

__all__ = ["Store", "add_officer", "ensure_first_officer", "migrate"]
