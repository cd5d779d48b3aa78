"""Lives in the router worker, answers nothing, and opens everything to a role that only the tests have."""

from components.contract import Component
from components.given import Given
from components.permissions import Who
from router import hooks
from router.edge.edge import edge


class Everything:
    """Lets anybody do anything."""

    def known(self, role: str, action: str, uri: str, match: str) -> bool:
        return True

    async def decide(self, who: Who, action: str, uri: str, match: str) -> bool:
        return True


def build(given: Given) -> Component:
    hooks.guard(edge().router, ["free"], Everything())
    return Component()
