"""How fast a visitor may write: a token bucket for each, kept in this process."""

import time
from collections.abc import Callable
from itertools import islice


class Pace:
    """Allows `burst` at once and then one every `interval` seconds, for each key."""

    def __init__(
        self, burst: int, interval: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = burst
        self._interval = interval
        self._clock = clock
        self._free_at: dict[str, float] = {}
        """When the bucket of a key will be full again: all that a token bucket needs."""

    def wait(self, key: str) -> float:
        """Seconds to wait before the next one; 0 when this one was allowed and counted."""
        now = self._clock()
        self._forget(now)
        full_at = max(self._free_at.pop(key, now), now) + self._interval
        if (excess := full_at - now - self._burst * self._interval) > 1e-6:
            self._free_at[key] = full_at - self._interval
            return excess
        self._free_at[key] = full_at
        return 0

    def _forget(self, now: float) -> None:
        # Oldest first: a few full buckets leave with every call, so memory stays bounded.
        for key in list(islice(self._free_at, 2)):
            if self._free_at[key] <= now:
                del self._free_at[key]
