"""``storywatch completion``: click's scripts for bash, zsh and fish."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from bot.cli.context import examples


@click.command(
    epilog=examples(
        'eval "$(storywatch completion bash)"   # in ~/.bashrc',
        'eval "$(storywatch completion zsh)"    # in ~/.zshrc',
        "storywatch completion fish > ~/.config/fish/completions/storywatch.fish",
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands and options in your shell."""
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    root = ctx.find_root()
    program = root.info_name or "storywatch"
    click.echo(found(root.command, {}, program, f"_{program.upper()}_COMPLETE").source())
