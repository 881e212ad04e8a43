"""What the receivers' error words and codes mean, and whether trying again can help.

Slack: "Improving error conditions for Incoming Webhooks" (changelog, 2016-05-17), "Sending messages using incoming
webhooks" and ``chat.postMessage`` (docs.slack.dev). Discord: topics/opcodes-and-status-codes and resources/webhook of
discord/discord-api-docs @ c98d64b (2026-08-06); its codes count more than the status beside them. Mattermost:
``HandleIncomingWebhook`` of mattermost/mattermost (server/channels/app/webhook.go); it has the status of what went wrong
inside, so the name counts more. Teams: "HTTP trigger errors" of Azure Logic Apps, on which workflows run.
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

MATTERMOST: dict[str, Meaning] = {
    "app.channel.get.existing.app_error": Meaning("channel", "the Mattermost channel does not exist"),
    "web.incoming_webhook.channel.app_error": Meaning("channel", "the Mattermost channel does not exist"),
    "web.incoming_webhook.channel_locked.app_error": Meaning("channel", "the webhook is locked to another channel"),
    "web.incoming_webhook.decode.app_error": Meaning("payload", "the message was refused"),
    "web.incoming_webhook.disabled.app_error": Meaning("channel", "incoming webhooks are switched off on the server"),
    "web.incoming_webhook.invalid.app_error": Meaning("channel", "the webhook was deleted"),
    "web.incoming_webhook.parse.app_error": Meaning("payload", "the message was refused"),
    "web.incoming_webhook.permissions.app_error": Meaning("channel", "who made the webhook may not post to the channel"),
    "web.incoming_webhook.split_props_length.app_error": Meaning("payload", "the message is too large"),
    "web.incoming_webhook.text.app_error": Meaning("payload", "the message has no text"),
    "web.incoming_webhook.user.app_error": Meaning("channel", "who made the webhook does not exist any more"),
}

TEAMS: dict[str, Meaning] = {
    "AuthorizationFailed": Meaning("channel", "the address is incomplete or no longer valid (its sig=)"),
    "DirectApiAuthorizationRequired": Meaning("channel", "the workflow does not let anyone post: set its trigger to Anyone"),
    "InvalidSignature": Meaning("channel", "the address is incomplete or no longer valid (its sig=)"),
    "TriggerInputSchemaMismatch": Meaning("payload", "the workflow's trigger asks for another form of message"),
    "WorkflowNotFound": Meaning("channel", "the workflow was deleted"),
    "WorkflowTriggerIsNotEnabled": Meaning("channel", "the workflow is switched off or was deleted"),
    "WorkflowTriggerNotFound": Meaning("channel", "the workflow has another trigger now"),
}
