"""What can go wrong, named by what the caller should do about it.

WenjingError
├── BadRequest           refuse what came in, nothing was kept
│   ├── BadSignature     answered with 401
│   └── BadPayload       answered with 400
├── SendLater            the platform is busy: try again after `after` seconds
├── SendHeld             keep the message until the citizen writes again
├── SendUnknown          it may have arrived: do not send it twice, tell an officer
├── SendRefused          it will never arrive: an officer has to know
├── Unavailable          a server behind us is down or full: keep the message, try again
├── NotFound             no such thing, or not for you: both look the same
├── Conflict             somebody else was faster
└── Misconfigured        stop the start, and say which setting
"""


class WenjingError(Exception):
    """Root of all errors that we raise on purpose."""


class BadRequest(WenjingError):
    """The call from outside is refused; nothing of it was kept."""


class BadSignature(BadRequest):
    """The caller is not who it says it is, or the call is replayed or too old."""


class BadPayload(BadRequest):
    """The call is genuine but cannot be read."""


class SendLater(WenjingError):
    """The message was certainly not delivered and may be tried again."""

    def __init__(self, reason: str, *, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after
        """Seconds that the platform asked us to wait; None when it did not say."""


class SendHeld(WenjingError):
    """The platform takes no more messages until the citizen writes again."""


class SendUnknown(WenjingError):
    """The platform did not answer after it was given the message."""


class SendRefused(WenjingError):
    """The platform will not deliver this message, now or later."""


class Unavailable(WenjingError):
    """A server we depend on is down or full; nothing was lost, try again."""


class NotFound(WenjingError):
    """There is no such thing, or it belongs to somebody else."""


class Conflict(WenjingError):
    """Somebody else acted first; the message says who or what."""


class Misconfigured(WenjingError):
    """A setting or a file is missing or wrong; the message says which and what to do."""
