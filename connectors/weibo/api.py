"""The call out to Weibo: `messages/reply`, and what its error codes mean for us.

Source: open.weibo.com wiki, "粉丝服务平台 发送客服消息" and "Error code".
"""

import json
from datetime import UTC, datetime, timedelta

import httpx
import structlog

from bot.errors import SendHeld, SendLater, SendRefused, SendUnknown
from connectors.calling import call

logger = structlog.get_logger()

_DELIVERED = {
    0,
    20032,  # Accepted, shown later.
    20111,  # It has this very message.
    20017,  # Similar or identical to what was just sent: the citizen has it before them.
    20019,
}
_BUSY = {10001, 10002, 10009, 20014}
_MAY_HAVE_ARRIVED = {10003, 10010, 10011}
_NEXT_HOUR = {10022, 10023, 10024}
_OPERATOR = {
    *(10004, 10005, 10014),  # This address or app is not allowed to.
    *(20015, 20022, 20031),  # Blocked, unusual address, captcha: a person must act.
    *(21301, 21314, 21315, 21316, 21317, 21319, 21321, 21327, 21332),  # The token is no good.
}
_WAIT_FOR_CITIZEN = {26403}


class TextTooLong(SendRefused):
    """A shorter text may be accepted."""


class WeiboApi:
    """One account's calls."""

    def __init__(self, *, uid: str, token: str, url: str, http: httpx.AsyncClient) -> None:
        self._uid = uid
        self._token = token
        self._url = f"{url.rstrip('/')}/2/messages/reply.json"
        self._http = http

    async def send(self, recipient: str, text: str) -> None:
        """Send one private message, or raise what `Connector.send` raises."""
        # The form encodes the JSON, once: the passive reply's encoded text would arrive as %7B.
        data = json.dumps({"text": text}, ensure_ascii=False, separators=(",", ":"))
        answer = await call(
            self._http,
            "POST",
            self._url,
            params={"access_token": self._token},
            data={"type": "text", "data": data, "receiver_id": recipient, "save_sender_box": "1"},
        )
        try:
            code = int(answer.get("error_code", 0))
        except (TypeError, ValueError) as error:
            raise SendUnknown("error_code is not a number") from error
        self._check(code)

    def _check(self, code: int) -> None:
        reason = f"error_code {code}"
        if code in _DELIVERED:
            return
        if code in _BUSY:
            raise SendLater(reason)
        if code in _MAY_HAVE_ARRIVED:
            raise SendUnknown(reason)
        if code in _NEXT_HOUR:
            raise SendLater(reason, after=_seconds_to_next_hour(datetime.now(UTC)))
        if code == 20016:
            raise SendLater(reason, after=3600)
        if code in _WAIT_FOR_CITIZEN:
            raise SendHeld("already replied, or too late")
        if code in (20012, 20013):
            raise TextTooLong(reason)
        if code in _OPERATOR:
            logger.error("weibo refuses this account; see its README", uid=self._uid, code=code)
        raise SendRefused(reason)


def _seconds_to_next_hour(now: datetime) -> float:
    hour = now.replace(minute=0, second=0, microsecond=0)
    return (hour + timedelta(hours=1) - now).total_seconds()
