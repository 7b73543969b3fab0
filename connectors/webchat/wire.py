"""Frames on a socket: reads what a page may send, and nothing else gets through."""

import asyncio

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from connectors.webchat.frames import CLIENT_FRAME, FRAME_LIMIT, ClientFrame, Error, ServerFrame
from connectors.webchat.pace import Pace

FAULTS = 5
"""A page that sends so many unreadable frames is shut out."""
FRAMES_AT_ONCE = 40
FRAME_INTERVAL = 0.25
"""Seconds: no honest page sends more than four frames a second for long."""

POLICY = 1008
"""Close code of RFC 6455 for a peer that breaks the rules."""
OUR_FAULT = 1011
"""Close code of RFC 6455 for an error on our side."""
BAD_TOKEN = 4401
"""Our close code: forget the token and come back without one."""


class Wire:
    """One accepted socket."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._faults = 0
        self._pace = Pace(FRAMES_AT_ONCE, FRAME_INTERVAL)

    async def receive(self, seconds: float) -> ClientFrame:
        """The next readable frame; unreadable ones are answered with an error frame.

        Raises WebSocketDisconnect when the page is gone, says nothing for `seconds`, or
        sends too much or too many unreadable frames.
        """
        while True:
            try:
                async with asyncio.timeout(seconds):
                    message = await self._socket.receive()
            except TimeoutError:
                await self.close(POLICY)
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1006))
            if self._pace.wait(""):
                await self.send(Error(reason="too_many_frames"))
                await self.close(POLICY)
            text = message.get("text")
            if text is not None and len(text) <= FRAME_LIMIT:
                try:
                    return CLIENT_FRAME.validate_json(text)
                except ValidationError:
                    pass  # What is wrong with it is of no use to a page of ours.
            await self.send(Error(reason="bad_frame"))
            self._faults += 1
            if self._faults >= FAULTS:
                await self.close(POLICY)

    async def send(self, frame: ServerFrame) -> None:
        """Raises WebSocketDisconnect when the page is gone."""
        try:
            await self._socket.send_text(frame.model_dump_json())
        except RuntimeError as error:
            # Starlette and uvicorn say so when the other end has closed meanwhile.
            raise WebSocketDisconnect(1006) from error

    async def close(self, code: int) -> None:
        """Close, and raise WebSocketDisconnect: nothing more will be read or written."""
        try:
            await self._socket.close(code)
        except RuntimeError as error:
            raise WebSocketDisconnect(1006) from error
        raise WebSocketDisconnect(code)
