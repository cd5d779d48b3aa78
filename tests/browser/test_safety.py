"""What people write is shown, and never run."""

from playwright.sync_api import expect

from tests.browser.conftest import Door

HOSTILE = [
    "<script>document.title = 'taken'</script>",
    "<img src=x onerror=\"document.title = 'taken'\">",
    "<svg/onload=alert(1)>",
    "<a href=\"javascript:document.title='taken'\">click</a>",
    "<style>body { display: none }</style>",
    "<iframe srcdoc=\"<script>parent.document.title='taken'</script>\"></iframe>",
    "</li></ol><form action=//example.org><input name=token>",
]


def test_html_is_text(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    ada.say(*HOSTILE)
    for person in (ada, bob):
        person.sees_as_sent(*HOSTILE)
        inside = person.messages.locator("*").evaluate_all("all => all.map(one => one.tagName)")
        assert set(inside) == {"P"}
        assert "taken" not in person.page.title()


def test_markdown_links_go_to_the_web_only(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.say(
        "[a](javascript:alert(1)) [b](data:text/html,x) [c](/auth/guest) [d](https://example.org) ![e](https://example.org/e.png)"
    )
    expect(ada.messages).to_have_text("a b c d e")
    links = ada.messages.first.locator("a[href]")
    found = links.evaluate_all("all => all.map(one => [one.getAttribute('href'), one.rel, one.target])")
    safe = ["noopener noreferrer nofollow", "_blank"]
    assert found == [["https://example.org", *safe], ["https://example.org/e.png", *safe]]
    expect(ada.messages.first.locator("img")).to_have_count(0)


def test_what_is_written_is_not_changed_by_markdown(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    plain = [
        "# not a heading",
        "1986. A great year",
        "[x]: not a definition",
        "a\n---\nb",
        "| a | b |\n|---|---|\n| 1 | 2 |",
    ]
    ada.say(*plain)
    ada.sees_as_sent(
        "# not a heading", "A great year", "[x]: not a definition", "a\n---\nb", "| a | b |\n|---|---|\n| 1 | 2 |"
    )
    expect(ada.message("A great year").locator("ol")).to_have_attribute("start", "1986")


def test_markdown_shows(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.say("**bold** *slanted* ~~gone~~ `code`\nnext line\n\n- item")
    words = ada.messages.first
    for tag, text in (("strong", "bold"), ("em", "slanted"), ("del", "gone"), ("code", "code"), ("li", "item")):
        expect(words.locator(tag)).to_have_text(text)
    expect(words.locator("br")).to_have_count(1)


def test_a_hostile_name_is_text(visit: Door, room: str) -> None:
    name = "<b onclick=x>\u05d0\u05d1"
    ada, bob = visit(name, room), visit("Bob", room)
    ada.say("hi")
    expect(bob.message("hi").locator("bdi")).to_have_text(name)
    expect(bob.message("hi").locator("b")).to_have_count(0)


def test_a_message_has_an_end(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    send = ada.page.get_by_role("button", name="Send")
    ada.composer.fill("   \n ")
    expect(send).to_be_disabled()
    ada.composer.fill("x" * 4600)
    expect(ada.composer).to_have_accessible_description("400 left")
    ada.composer.fill("x" * 5001)
    expect(ada.composer).to_have_accessible_description("1 too many")
    expect(send).to_be_disabled()
    ada.composer.press("Enter")
    expect(ada.messages).to_have_count(0)
    ada.composer.fill("😀" * 5000)
    expect(send).to_be_enabled()
    ada.composer.press("Enter")
    ada.sees_as_sent("😀" * 5000)
