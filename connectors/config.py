"""Reading a channel's part of the accounts file."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.accounts import Account
from bot.errors import Misconfigured


class ChannelConfig(BaseModel):
    """What one channel of one account needs; secrets are `SecretStr`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


Config = TypeVar("Config", bound=ChannelConfig)


def read_config(
    model: type[Config], account: Account, channel: str, given: Mapping[str, Any]
) -> Config:
    """The checked settings; raises Misconfigured with the place of each fault, never a value."""
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        faults = "; ".join(
            f"{account.id}.{channel}.{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
    # Outside of the handler, since the error that was handled holds the values.
    raise Misconfigured(faults)
