"""What the bot does: flat modules, each an ordinary rasa-sdk action or what actions share.

They run in the worker's process; `rasa run actions` serves them over HTTP, too.
"""

from rasa_sdk.executor import ActionExecutor


def executor() -> ActionExecutor:
    """All actions, ready to run in this process."""
    ready = ActionExecutor()
    ready.register_package("actions")
    return ready
