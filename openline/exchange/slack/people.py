"""Who is who in an export of Slack."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from components.contract import Author
from components.names import made_presentable

Thing = Mapping[str, Any]


@dataclass(frozen=True)
class People:
    """The people of a workspace. Who has an account here is given; others go by their names and an id of their own."""

    names: Mapping[str, str]
    accounts: Mapping[str, str]

    def author(self, id: str, name: str = "") -> Author:
        """Say by whom something is: `slack_u012ab3cd` is somebody without an account here."""
        called = made_presentable(self.names.get(id) or name, id or "Somebody")
        return Author(self.accounts.get(id) or f"slack_{id.lower()}", called)


def people(users: Iterable[Any], accounts: Mapping[str, str]) -> People:
    """Read `users.json`."""
    found = [one for one in users if isinstance(one, dict) and isinstance(one.get("id"), str)]
    return People({one["id"]: _name(one) for one in found}, accounts)


def _name(user: Thing) -> str:
    """People go by what they chose to be called, bots and those who left by what is known of them."""
    profile = user.get("profile")
    profile = profile if isinstance(profile, dict) else {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return next((name for name in names if isinstance(name, str) and name.strip()), user["id"])
