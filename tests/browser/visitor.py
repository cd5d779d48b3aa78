"""Somebody in front of the page, and the wire between the two."""

import json
import re
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Route, WebSocketRoute, expect

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SMALL = """() => [...document.querySelectorAll('button, a, input, textarea, [role=option]')]
    .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest('.words') && !one.matches('.skip'))
    .map(one => [one.getBoundingClientRect(), one])
    .filter(([{width, height}]) => width < 43.9 || height < 43.9)
    .map(([{width, height}, one]) => `${width} by ${height}: ${one.outerHTML.slice(0, 120)}`)"""

_POST_MANY = """async ([room, texts]) => {
    const {Line} = await import('/line/line.js')
    const signIn = async () => JSON.parse(localStorage.getItem('openline.session'))
    const line = new Line({signIn, outbox: 'openline.test'})
    line.open()
    await Promise.all(texts.map(text => line.send('openline.room.post', {room, text})))
    line.close()
}"""


_OFFLINE = "internetdisconnected"


class Wire:
    """What one page says to the node. While it is cut pages get through and nothing else; a call that is refused never
    arrives."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._open: list[WebSocketRoute] = []
        self._cut = False
        self.connections = 0
        """How often the page has connected."""
        self.refused: dict[str, str] = {}
        """Procedures that are answered with an error, and its message for people."""
        page.route_web_socket(re.compile("/ws$"), self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        if self._cut:
            socket.close(code=1011)
            return
        self.connections += 1
        server = socket.connect_to_server()
        socket.on_message(lambda message: self._say(socket, server, message))
        self._open.append(socket)

    def _say(self, socket: WebSocketRoute, server: WebSocketRoute, message: str | bytes) -> None:
        call = json.loads(message)
        if call[0] == 48 and call[3] in self.refused:
            error = {"message": self.refused[call[3]]}
            socket.send(json.dumps([8, 48, call[1], {}, "openline.room.error.not_a_member", [], error]))
        else:
            server.send(message)

    def cut(self) -> None:
        self._cut = True
        self._page.route("**/*", self._refuse)
        for socket in self._open:
            socket.close(code=1011)
        self._open.clear()

    def mend(self) -> None:
        self._cut = False
        self._page.unroute("**/*", self._refuse)

    def _refuse(self, route: Route) -> None:
        if route.request.resource_type == "fetch":
            route.abort(_OFFLINE)
        else:
            route.continue_()


class Visitor:
    """What somebody does on the page, and sees there."""

    def __init__(self, context: BrowserContext, url: str, wired: bool = True) -> None:
        self.context = context
        self.url = url
        self._wired = wired
        self.complaints: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        """Open another tab."""
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._complain)
        if self._wired:
            self.wire = Wire(self.page)
        return self.page

    def _complain(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "ERR_INTERNET_DISCONNECTED" not in message.text:
            self.complaints.append(message.text)

    def go(self, room: str) -> None:
        self.page.goto(f"{self.url}/#/room/{room}")

    def sign_in(self, name: str) -> None:
        self.page.get_by_label("Your name").fill(name)
        self.page.keyboard.press("Enter")
        self.is_online()

    def is_online(self) -> None:
        expect(self.page.get_by_role("status").filter(has_text="Online")).to_be_attached()
        expect(self.page.get_by_role("button", name="who is in this room")).to_contain_text(re.compile(r"\d"))

    def is_offline(self) -> None:
        expect(self.page.get_by_text("You are offline")).to_be_visible()

    def create_room(self, title: str, name: str) -> None:
        self.page.get_by_role("button", name="New room").click()
        self.page.get_by_label("Title").fill(title)
        self.page.get_by_label("Name in addresses").fill(name)
        self.page.get_by_role("button", name="Create room").click()
        expect(self.page.get_by_role("heading", name=title, level=2)).to_be_visible()

    @property
    def composer(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    def say(self, *texts: str) -> None:
        for text in texts:
            self.composer.fill(text)
            self.composer.press("Enter")

    def say_many(self, room: str, texts: list[str]) -> None:
        """Say a lot, faster than anybody types."""
        self.page.evaluate(_POST_MANY, [room, texts])

    @property
    def messages(self) -> Locator:
        """The words of every message, from top to bottom."""
        return self.page.locator("[data-message] .words")

    def message(self, text: str) -> Locator:
        """The row of the message with this text."""
        return self.page.locator("[data-message]").filter(has_text=text)

    def sees(self, *texts: str) -> None:
        """Exactly these messages, each once, in this order."""
        expect(self.messages).to_have_text(list(texts), use_inner_text=True)

    def sees_as_sent(self, *texts: str) -> None:
        """These, and nothing of it is still on its way."""
        self.sees(*texts)
        expect(self.page.locator("[data-state=pending], [data-state=failed]")).to_have_count(0)

    def act(self, text: str, action: str) -> None:
        """Do something with a message, by its buttons."""
        self.message(text).hover()
        self.message(text).get_by_role("button", name=action, exact=True).click()

    def barriers(self) -> list[str]:
        """What keeps some people from using the page as it is now, as axe sees it."""
        # What fades in has its final colours only at the end.
        self.page.evaluate("Promise.all(document.getAnimations().map(one => one.finished.catch(() => {})))")
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", _RULES)
        assert found["passes"]
        return [f"{one['id']}: {[part['html'] for part in one['nodes']]}" for one in found["violations"]]

    def small_targets(self) -> list[str]:
        """What is too small for a finger."""
        found: list[str] = self.page.evaluate(_SMALL)
        return found

    def scrolls_sideways(self) -> bool:
        wide: bool = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        return wide
