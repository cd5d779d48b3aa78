"""People talk, and every message is there once and in order for each of them."""

from playwright.sync_api import expect

from tests.browser.conftest import Door


def test_two_people_talk(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    ada.say("Hello Bob")
    bob.sees("Hello Bob")
    bob.say("Hello Ada", "How are you?")
    ada.say("Fine")
    for person in (ada, bob):
        person.sees_as_sent("Hello Bob", "Hello Ada", "How are you?", "Fine")
    bob.page.reload()
    bob.sees_as_sent("Hello Bob", "Hello Ada", "How are you?", "Fine")
    expect(bob.message("Hello Bob")).to_contain_text("Ada")
    late = visit("Late", room)
    late.sees("Hello Bob", "Hello Ada", "How are you?", "Fine")


def test_edit(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    ada.say("Teh first", "The second")
    bob.sees("Teh first", "The second")
    ada.act("Teh first", "Edit")
    editor = ada.page.get_by_label("Edit message")
    expect(editor).to_be_focused()
    editor.fill("The first")
    editor.press("Enter")
    for person in (ada, bob):
        person.sees_as_sent("The first", "The second")
        expect(person.message("The first")).to_contain_text("(edited)")
        expect(person.message("The second")).not_to_contain_text("(edited)")
    bob.page.reload()
    bob.sees("The first", "The second")
    bob.message("The first").hover()
    expect(bob.message("The first").get_by_role("button", name="Copy text")).to_be_visible()
    expect(bob.message("The first").get_by_role("button", name="Edit", exact=True)).to_have_count(0)


def test_arrow_up_edits_the_last_message(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    ada.say("One", "Two")
    bob.sees("One", "Two")
    bob.say("Three")
    ada.sees_as_sent("One", "Two", "Three")
    ada.composer.press("ArrowUp")
    editor = ada.page.get_by_label("Edit message")
    expect(editor).to_have_value("Two")
    editor.fill("discarded")
    editor.press("Escape")
    ada.sees("One", "Two", "Three")
    expect(ada.composer).to_be_focused()
    ada.composer.press("ArrowUp")
    editor.fill("2")
    editor.press("Enter")
    bob.sees("One", "2", "Three")
    expect(ada.composer).to_be_focused()


def test_delete_and_undo(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    ada.say("Keep me", "Drop me")
    bob.sees("Keep me", "Drop me")
    ada.act("Keep me", "Delete")
    ada.sees("This message was deleted.", "Drop me")
    ada.page.get_by_role("button", name="Undo").click()
    ada.act("Drop me", "Delete")
    ada.sees("Keep me", "This message was deleted.")
    # The toast goes by itself, and only then is anything sent.
    bob.sees("Keep me", "This message was deleted.")
    ada.sees_as_sent("Keep me", "This message was deleted.")
    bob.page.reload()
    bob.sees("Keep me", "This message was deleted.")


def test_an_offline_minute(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    ada.say("Into the tunnel")
    bob.sees("Into the tunnel")
    ada.wire.cut()
    ada.is_offline()
    for number in range(1, 7):
        ada.say(f"a{number}")
        bob.say(f"b{number}")
        ada.page.wait_for_timeout(10_000)  # The minute itself: long enough for heartbeats and back-offs to play in.
    written, heard = [f"a{number}" for number in range(1, 7)], [f"b{number}" for number in range(1, 7)]
    ada.sees("Into the tunnel", *written)
    expect(ada.page.locator("[data-state=pending]")).to_have_count(6)
    bob.sees_as_sent("Into the tunnel", *heard)
    ada.wire.mend()
    ada.page.get_by_role("button", name="Try now").click()
    for person in (ada, bob):
        person.sees_as_sent("Into the tunnel", *heard, *written)
    expect(ada.page.get_by_text("You are offline")).to_have_count(0)
    for person in (ada, bob):
        person.page.reload()
        person.sees_as_sent("Into the tunnel", *heard, *written)


def test_both_offline_at_once_and_back_by_themselves(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    for person, word in ((ada, "a"), (bob, "b")):
        person.wire.cut()
        person.is_offline()
        person.say(f"{word}1", f"{word}2")
    ada.wire.mend()
    ada.sees_as_sent("a1", "a2")
    bob.wire.mend()
    for person in (ada, bob):
        person.sees_as_sent("a1", "a2", "b1", "b2")


def test_words_written_offline_survive_a_reload(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    ada.say("before")
    bob.sees("before")
    ada.wire.cut()
    ada.is_offline()
    ada.say("written in the tunnel")
    ada.sees("before", "written in the tunnel")
    ada.page.reload()
    ada.is_offline()
    ada.wire.mend()
    ada.sees_as_sent("before", "written in the tunnel")
    bob.sees("before", "written in the tunnel")


def test_a_refused_message_can_be_retried_or_deleted(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    ada.wire.refused["openline.room.post"] = "The room is closed for cleaning."
    ada.say("first try", "never mind")
    expect(ada.message("first try")).to_contain_text("Not sent. The room is closed for cleaning.")
    expect(ada.message("never mind")).to_contain_text("Not sent")
    ada.wire.refused.clear()
    ada.message("never mind").get_by_role("button", name="Delete", exact=True).click()
    ada.message("first try").get_by_role("button", name="Retry").click()
    for person in (ada, bob):
        person.sees_as_sent("first try")
