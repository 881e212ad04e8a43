"""What the receivers' error words and codes mean, and whether trying again can help.

Slack: "Improving error conditions for Incoming Webhooks" (changelog, 2016-05-17), "Sending messages using incoming
webhooks" and ``chat.postMessage`` (docs.slack.dev). Discord: topics/opcodes-and-status-codes and resources/webhook of
discord/discord-api-docs @ c98d64b (2026-08-06); its codes count more than the status beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Blame = Literal["channel", "payload", "passing"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is to blame for a refusal: the channel (until a person repairs it), this payload, or something that passes."""

    blame: Blame
    words: str


SLACK: dict[str, Meaning] = {
    "action_prohibited": Meaning("channel", "an administrator forbids posting there"),
    "channel_is_archived": Meaning("channel", "the Slack channel is archived"),
    "channel_not_found": Meaning("channel", "the Slack channel does not exist"),
    "invalid_blocks": Meaning("payload", "the blocks were refused"),
    "invalid_blocks_format": Meaning("payload", "the blocks were refused"),
    "invalid_payload": Meaning("payload", "the message was refused"),
    "invalid_token": Meaning("channel", "the webhook's address is no longer valid"),
    "msg_blocks_too_long": Meaning("payload", "the blocks are too long"),
    "no_active_hooks": Meaning("channel", "the webhook was disabled"),
    "no_service": Meaning("channel", "the webhook was removed"),
    "no_service_id": Meaning("channel", "the webhook's address is incomplete"),
    "no_team": Meaning("channel", "the workspace does not exist"),
    "no_text": Meaning("payload", "the message has no text"),
    "posting_to_general_channel_denied": Meaning("channel", "posting to #general is restricted"),
    "rate_limited": Meaning("passing", "too many messages"),
    "rollup_error": Meaning("passing", "Slack failed"),
    "team_disabled": Meaning("channel", "the workspace is disabled"),
    "too_many_attachments": Meaning("payload", "too many attachments"),
    "user_not_found": Meaning("channel", "the user it posts to does not exist"),
}

DISCORD: dict[int, Meaning] = {
    10003: Meaning("channel", "the channel or thread was deleted"),
    10015: Meaning("channel", "the webhook was deleted"),
    10016: Meaning("channel", "the webhook was deleted"),
    20016: Meaning("passing", "slow mode"),
    20028: Meaning("passing", "too many messages to the channel"),
    20029: Meaning("passing", "too many messages to the server"),
    30046: Meaning("passing", "too many edits of old messages"),
    40005: Meaning("payload", "the message is too large"),
    40062: Meaning("passing", "too many messages"),
    40067: Meaning("channel", "the forum requires a tag"),
    40333: Meaning("passing", "Cloudflare blocks the request"),
    50006: Meaning("payload", "the message is empty"),
    50027: Meaning("channel", "the webhook's token is not valid"),
    50035: Meaning("payload", "the message was refused"),
    50083: Meaning("channel", "the thread is archived"),
    50109: Meaning("payload", "the message is no JSON"),
    130000: Meaning("passing", "Discord is overloaded"),
    220001: Meaning("channel", "a forum needs ?thread_id= in the address"),
    220002: Meaning("channel", "the address names a thread twice"),
    220003: Meaning("channel", "only a forum can start threads"),
    240000: Meaning("payload", "the filter for harmful links refused it"),
}
