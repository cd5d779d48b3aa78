"""Which components a node has, and what they declare."""

from collections.abc import Iterator
from importlib import import_module

from .contract import PEOPLE, Beside, Command, CommandAnswer, CommandLine, Declared, Procedure, Topic
from .settings import Bot, Settings

ROUTER = "router"
"""The process name under which components live in the router worker."""


def package(name: str) -> str:
    """Find the package of a component: `room` is `components.room`, one with a dot is somebody else's package."""
    return name if "." in name else f"components.{name}"


def names(settings: Settings) -> list[str]:
    """List every component of the node, in whatever process it lives."""
    return [name for members in settings.processes.values() for name in members]


def declarations(settings: Settings) -> Iterator[Declared]:
    """Walk through everything that the node's components, and the router itself, declare."""
    for module in ["router.api", *(f"{package(name)}.api" for name in names(settings))]:
        yield from declared_in(module)


def commands(settings: Settings) -> list[Command]:
    """List the commands of rooms, by name; of two of one name, the component that is named first has it."""
    modules = [import_module(f"{package(name)}.api") for name in names(settings)]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Command)]
    found += [_of_bot(bot, name) for bot in settings.rooms.bots for name in bot.commands]
    return sorted({one.name: one for one in reversed(found)}.values(), key=lambda one: one.name)


def _of_bot(bot: Bot, name: str) -> Command:
    """Make the command of a component from outside: the router says who may call it, as its key does."""
    procedure = Procedure(f"app.{bot.component}.command_{name}", CommandLine, CommandAnswer, callers=PEOPLE)
    return Command(name, procedure, bot.commands[name])


def declared_in(module: str) -> Iterator[Declared]:
    """Walk through the procedures and topics that one `api` module declares."""
    for value in vars(import_module(module)).values():
        if isinstance(value, Procedure | Topic | Beside):
            yield value
