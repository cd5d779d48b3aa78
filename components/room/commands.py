"""The commands that people give in rooms: which there are, and those of the room component itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.contract import Caller, Command, CommandAnswer, CommandLine, InvalidArgument, Route

from . import api

_SHRUG = r"¯\\\_(ツ)\_/¯"
"""As Markdown."""


@dataclass(frozen=True)
class Commands:
    """All that components declare."""

    declared: Sequence[Command]

    def routes(self) -> list[Route]:
        return [api.COMMANDS.by(self.commands), api.COMMAND_ME.by(self.me), api.COMMAND_SHRUG.by(self.shrug)]

    async def commands(self, caller: Caller, everything: api.Everything) -> api.Commands:
        """List what the caller may do; what they may not call is not shown."""
        may = [one for one in self.declared if caller.role in one.procedure.callers]
        return api.Commands([api.CommandInfo(one.name, one.procedure.uri, one.about, one.hint) for one in may])

    async def me(self, caller: Caller, line: CommandLine) -> CommandAnswer:
        """Say of oneself what one does."""
        words = " ".join(line.text.split()).replace("*", r"\*")
        if not words:
            raise InvalidArgument("Say what you do: /me waves.", field="text")
        return CommandAnswer(post=f"*{words}*")

    async def shrug(self, caller: Caller, line: CommandLine) -> CommandAnswer:
        return CommandAnswer(post=f"{line.text.strip()} {_SHRUG}".strip())
