"""The calls out to WeChat: access token and customer-service messages.

Source: developers.weixin.qq.com, "发送客服消息", "获取稳定版接口调用凭据", "全局返回码".
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import structlog

from bot.errors import SendHeld, SendLater, SendRefused, SendUnknown, Unavailable
from connectors.calling import call
from connectors.tokens import TokenStore

logger = structlog.get_logger()

_TOKEN_REJECTED = {40001, 40014, 42001}
_RENEW_BEFORE = timedelta(minutes=5)
# WeChat allows 20 forced renewals a day.
_FORCE_INTERVAL = timedelta(hours=24) / 20
_TOKEN_SECONDS = 3
_BEIJING = timedelta(hours=8)

_WAIT_FOR_CITIZEN = {
    45015: "outside the reply window",
    45047: "no more replies before the citizen writes again",
}
_WAIT_SECONDS: dict[int, float | None] = {-1: None, 45011: 60}
_OPERATOR_LATER = {61004, 40164}
"""Our address is not on the allow-list: another sender's may be, or soon ours."""
_OPERATOR = {40013, 40125, 41001, 48001, 48004}


class WechatApi:
    """One official account's calls."""

    def __init__(
        self, *, app_id: str, secret: str, url: str, http: httpx.AsyncClient, store: TokenStore
    ) -> None:
        self._app_id = app_id
        self._secret = secret
        self._url = url.rstrip("/")
        self._http = http
        self._store = store

    async def send(self, message: dict[str, Any]) -> None:
        """Send one customer-service message, or raise what `Connector.send` raises."""
        token = await self._token()
        code = await self._try(token, message)
        if code in _TOKEN_REJECTED:
            code = await self._try(await self._token(rejected=token), message)
        if code != 0:
            self._raise(code)

    async def _try(self, token: str, message: dict[str, Any]) -> int:
        answer = await call(
            self._http,
            "POST",
            f"{self._url}/cgi-bin/message/custom/send",
            params={"access_token": token},
            # \uXXXX escapes would be refused or shown as they are.
            content=json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode(),
            headers={"content-type": "application/json"},
        )
        return _code(answer)

    def _raise(self, code: int) -> None:
        reason = f"errcode {code}"
        if code in _WAIT_FOR_CITIZEN:
            raise SendHeld(_WAIT_FOR_CITIZEN[code])
        if code in _WAIT_SECONDS:
            raise SendLater(reason, after=_WAIT_SECONDS[code])
        if code == 45009:
            raise SendLater("daily quota used up", after=_seconds_to_midnight(datetime.now(UTC)))
        if code in _TOKEN_REJECTED | _OPERATOR_LATER:
            self._alert(code)
            raise SendLater(reason, after=60)
        if code in _OPERATOR:
            self._alert(code)
        raise SendRefused(reason)

    def _alert(self, code: int) -> None:
        logger.error("wechat refuses this account; see its README", app=self._app_id, errcode=code)

    async def _token(self, *, rejected: str | None = None) -> str:
        """An access token that is not `rejected`; fetched at most once by all processes
        together. Raises SendLater: nothing was sent yet."""
        key = f"wechat:token:{self._app_id}"
        try:
            token = await self._store.get(key)
            if token is not None and token != rejected:
                return token
            async with self._store.lock(key):
                token = await self._store.get(key)
                if token is not None and token != rejected:
                    return token
                token, lifetime = await self._fetch(force=False)
                if token == rejected and await self._may_force():
                    token, lifetime = await self._fetch(force=True)
                await self._store.put(key, token, lifetime)
                return token
        except (SendUnknown, SendRefused) as error:
            raise SendLater(f"no access token: {error}") from error
        except Unavailable as error:
            raise SendLater("the access token cannot be looked up") from error

    async def _may_force(self) -> bool:
        key = f"wechat:forced:{self._app_id}"
        if await self._store.get(key) is not None:
            return False
        await self._store.put(key, "1", _FORCE_INTERVAL)
        return True

    async def _fetch(self, *, force: bool) -> tuple[str, timedelta]:
        answer = await call(
            self._http,
            "POST",
            f"{self._url}/cgi-bin/stable_token",
            json={
                "grant_type": "client_credential",
                "appid": self._app_id,
                "secret": self._secret,
                "force_refresh": force,
            },
            timeout=_TOKEN_SECONDS,
        )
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int):
            code = _code(answer)
            if code not in _WAIT_SECONDS:
                self._alert(code)
            raise SendLater(f"no access token: errcode {code}", after=60)
        # The token in force is also returned shortly before its end.
        return token, max(timedelta(seconds=seconds) - _RENEW_BEFORE, timedelta(seconds=1))


def _code(answer: dict[str, Any]) -> int:
    code = answer.get("errcode", 0)
    if not isinstance(code, int):
        raise SendUnknown("errcode is not a number")
    return code


def _seconds_to_midnight(now: datetime) -> float:
    """Until the next midnight in Beijing, when WeChat counts anew."""
    beijing = now + _BEIJING
    midnight = beijing.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - beijing).total_seconds()
