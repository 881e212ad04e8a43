"""Who we are to Discord, which refuses other forms ("User Agent", discord-api-docs reference)."""

from bot import __version__

DISCORD_AGENT = f"DiscordBot (storywatch, {__version__})"  # there is no public address of ours to name
