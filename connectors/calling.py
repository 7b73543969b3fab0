"""Calling out: what is certain, and what is not, about a call to a platform."""

import logging
from typing import Any

import httpx

from bot.errors import SendLater, SendRefused, SendUnknown

_CERTAINLY_NOT_DELIVERED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def platform_client(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """The client for all calls out. Its log lines end before the query, where platforms
    want their access tokens to be."""
    logging.getLogger("httpx").addFilter(_without_query)
    return httpx.AsyncClient(
        transport=transport,
        timeout=httpx.Timeout(6, connect=3, pool=3),
        limits=httpx.Limits(max_connections=200, max_keepalive_connections=50),
        follow_redirects=False,
    )


async def call(http: httpx.AsyncClient, method: str, url: str, **request: Any) -> dict[str, Any]:
    """The JSON object that a platform answers; error codes inside it are the caller's.

    Raises SendLater when the platform certainly did not act on the call, SendUnknown when
    it may have, SendRefused when calling again would not help.
    """
    try:
        response = await http.request(method, url, **request)
    except _CERTAINLY_NOT_DELIVERED as error:
        raise SendLater(f"not connected ({type(error).__name__})") from error
    except httpx.TransportError as error:
        raise SendUnknown(f"no answer ({type(error).__name__})") from error
    status = response.status_code
    if status in (429, 503):
        raise SendLater(f"HTTP {status}", after=_retry_after(response))
    if status >= 500:
        raise SendUnknown(f"HTTP {status}")
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if isinstance(answer, dict):
        return answer
    if status >= 300:
        raise SendRefused(f"HTTP {status}")
    raise SendUnknown("the answer is not JSON")


def _retry_after(response: httpx.Response) -> float | None:
    seconds = response.headers.get("retry-after", "")
    return float(seconds) if seconds.isascii() and seconds.isdigit() else None


def _without_query(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(
            argument.copy_with(query=None) if isinstance(argument, httpx.URL) else argument
            for argument in record.args
        )
    return True
