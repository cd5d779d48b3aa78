"""Files through a real node: sent, shown, read in parts, refused, cut off, and gone with their messages."""

import os
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from components.room.files.test.pictures import bomb, photo, picture
from tests.semantics.client import Client, Refused
from tests.semantics.servers import Server, answering, our_server, ours
from tests.support.filing import Filer, read_all
from tests.support.node import Node, wait_for

LIMITS = {"bytes": 3_000_000, "pixels": 2_000_000, "pending": 8, "slowest": 8_000}


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with ours({"files": LIMITS}) as node:
        answering(our_server(node))
        yield node


@pytest.fixture(scope="module")
def server(node: Node) -> Server:
    return our_server(node)


def do(client: Client, verb: str, **asked: object) -> Any:
    """Ask the room component for something."""
    answer = client.reply(client.call(f"openline.room.{verb}", [], {"room": "lobby", **asked}))[3:]
    return answer[0][0] if answer and answer[0] else None


def enter(server: Server, name: str) -> tuple[Client, Filer]:
    """Come into the lobby, to talk and to send files."""
    client = server.person(name)
    do(client, "join")
    filer = Filer(server.node, server.ticket(name, "guest"))
    wait_for(filer.is_served, "files are not served")
    return client, filer


def kept(node: Node) -> list[str]:
    """Name all bytes that the node keeps."""
    data = node.cbdir / "data"
    return sorted(
        path.name for folder in ("files", "incoming") for path in (data / folder).rglob("*") if path.is_file()
    )


def test_what_is_sent_is_shown_and_read_by_those_in_the_room(server: Server) -> None:
    ada, filer = enter(server, "ada")
    bob, reader = enter(server, "bob")
    file = filer.sent("grüße".encode(), "größe.txt")
    assert file == {"id": file["id"], "name": "größe.txt", "type": "text/plain", "size": 7, "thumb": False}
    offset = do(ada, "post", files=[file["id"]])["offset"]
    (found,) = do(bob, "search", query="has:file größe")["results"]
    assert found["offset"] == offset
    answer = reader.read(file)
    assert (answer.status, answer.body) == (200, "grüße".encode())
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"gr__e.txt\"; filename*=UTF-8''gr%C3%B6%C3%9Fe.txt"
    )
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "private, no-cache"
    for client in (ada, bob):
        client.leave()


def test_a_picture_is_written_anew_and_has_a_small_copy(server: Server) -> None:
    ada, filer = enter(server, "ada")
    file = filer.sent(photo(), "beach.jpg")
    assert (file["type"], file["width"], file["height"]) == ("image/jpeg", 20, 40)
    shown = filer.read(file)
    assert b"Exif" not in shown.body and shown.headers["content-disposition"].startswith("inline")
    assert filer.read(file, "?save=1").headers["content-disposition"].startswith("attachment")
    large = filer.sent(picture("PNG", (1_500, 1_000)), "plan.png")
    assert large["thumb"]
    small = filer.read(large, "?size=small")
    assert small.headers["content-type"] == "image/webp"
    with Image.open(BytesIO(small.body)) as opened:
        assert opened.size == (720, 480)
    do(ada, "post", text="look", files=[file["id"], large["id"]])
    assert do(ada, "search", query="has:image look")["results"]
    ada.leave()


def test_parts_and_what_is_known_already(server: Server) -> None:
    _, filer = enter(server, "ada")
    file = filer.sent(b"0123456789")
    part = filer.read(file, Range="bytes=2-4")
    assert (part.status, part.body, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10")
    assert filer.read(file, Range="bytes=-3").body == b"789"
    beyond = filer.read(file, Range="bytes=10-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, "bytes */10")
    tag = part.headers["etag"]
    assert filer.read(file, If_None_Match=tag).status == 304
    assert filer.read(file, Range="bytes=2-4", If_Range='"other"').body == b"0123456789"
    head = filer.ask("HEAD", f"/files/{file['id']}")
    assert (head.status, head.headers["content-length"], head.body) == (200, "10", b"")


def test_whoever_may_not_read_the_room_may_not_read_its_files(server: Server) -> None:
    ada, filer = enter(server, "ada")
    do(ada, "create", room="cellar")
    bob = server.person("bob")
    reader = Filer(server.node, server.ticket("bob", "guest"))
    file = filer.sent(b"secret", room="cellar")
    assert reader.read(file).status == 403
    assert Filer(server.node, "").read(file).status == 401
    do(bob, "join", room="cellar")
    assert reader.read(file).status == 200
    do(ada, "kick", room="cellar", person="bob")
    assert (reader.read(file).status, reader.read(file).json["error"]) == (403, "openline.error.not_authorized")
    assert filer.ask("GET", f"/files/{'0' * 32}").status == 404
    for client in (ada, bob):
        client.leave()


def test_a_page_shows_pictures_by_a_cookie_for_files_alone(server: Server) -> None:
    _, filer = enter(server, "ada")
    file = filer.sent(b"words")
    given = filer.ask("POST", "/files/pass").headers["set-cookie"]
    assert "Path=/files; HttpOnly; SameSite=Strict" in given
    nobody, cookie = Filer(server.node, ""), given.split(";")[0]
    assert nobody.read(file, Cookie=cookie).status == 200
    assert nobody.read(file, Cookie=cookie, Sec_Fetch_Site="cross-site").status == 403
    assert nobody.send(b"x", Cookie=cookie).status == 401, "it is for reading"
    assert "Max-Age=0" in nobody.ask("POST", "/files/pass").headers["set-cookie"]


def test_a_message_goes_and_its_files_with_it(node: Node, server: Server) -> None:
    ada, filer = enter(server, "ada")
    file = filer.sent(picture("PNG", (1_500, 1_000)))
    offset = do(ada, "post", files=[file["id"]])["offset"]
    assert {file["id"], f"{file['id']}.thumb"} <= set(kept(node))
    do(ada, "delete", message=offset)
    assert filer.read(file).status == 404
    wait_for(lambda: not any(name.startswith(file["id"]) for name in kept(node)), "the bytes are still there")
    ada.leave()


def test_files_are_sent_once_and_by_whoever_brought_them(server: Server) -> None:
    ada, filer = enter(server, "ada")
    bob, _ = enter(server, "bob")
    file = filer.sent(b"mine")
    with pytest.raises(Refused, match="no_such_file"):
        do(bob, "post", files=[file["id"]])
    first = do(ada, "post", files=[file["id"]], key="k1")
    again = do(ada, "post", files=[file["id"]], key="k1")
    assert (again["offset"], again["duplicate"]) == (first["offset"], True)
    with pytest.raises(Refused, match="no_such_file"):
        do(ada, "post", files=[file["id"]])
    with pytest.raises(Refused, match="empty_text"):
        do(ada, "post", text=" ")
    for client in (ada, bob):
        client.leave()


def test_what_is_too_much_is_refused_before_it_is_read(server: Server) -> None:
    _, filer = enter(server, "ada")
    with filer.begin(3_000_001) as sock:
        answer = read_all(sock)
    assert answer.startswith(b"HTTP/1.1 413 ") and b"openline.files.error.file_too_large" in answer
    assert filer.send(b"").json["error"] == "openline.files.error.empty_file"
    assert filer.send(bomb(), "bomb.png").json["error"] == "openline.files.error.picture_too_large"
    assert filer.send(photo()[:100], "half.jpg").json["error"] == "openline.files.error.picture_broken"
    assert filer.ask("POST", "/files", b"x").status == 400
    stranger = Filer(server.node, server.ticket("stranger", "guest"))
    with stranger.begin(1_000_000) as sock:
        assert read_all(sock).startswith(b"HTTP/1.1 403 "), "nothing of it is read"


def test_so_many_wait_for_a_message_and_no_more(server: Server) -> None:
    carl, filer = enter(server, "carl")
    files = [filer.sent(b"x") for _ in range(8)]
    assert filer.send(b"x").status == 429
    carl.reply(carl.call("openline.room.discard_file", [], {"file": files[0]["id"]}))
    assert filer.read(files[0]).status == 404
    filer.sent(b"x")
    carl.leave()


def test_who_leaves_in_the_middle_leaves_nothing(node: Node, server: Server) -> None:
    _, filer = enter(server, "dora")
    before = kept(node)
    with filer.begin(1_000_000) as sock:
        sock.sendall(b"x" * 300_000)
        wait_for(lambda: len(kept(node)) > len(before), "nothing arrives")
    wait_for(lambda: kept(node) == before, "something is left")


def test_an_upload_is_not_in_memory(node: Node, server: Server) -> None:
    _, filer = enter(server, "ada")
    data = os.urandom(2_900_000)
    file = filer.sent(data, "big.bin")
    assert filer.read(file).body == data


def test_slow_ones_are_cut_off(server: Server) -> None:
    _, filer = enter(server, "emil")
    began = time.monotonic()
    with filer.begin(1_000_000) as sock:
        sock.sendall(b"x")
        sock.settimeout(60)
        assert read_all(sock).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began > 20, "a phone has half a minute to go on"


def test_after_a_power_cut_nothing_is_left_over(tmp_path: Path) -> None:
    with ours({"files": LIMITS}) as node:
        server = answering(our_server(node))
        ada, filer = enter(server, "ada")
        file = filer.sent(b"promised", "a.txt")
        offset = do(ada, "post", files=[file["id"]])["offset"]
        sock = filer.begin(1_000_000)
        sock.sendall(b"x" * 300_000)
        wait_for(lambda: len(kept(node)) > 1, "nothing arrives")
        node.kill()
        sock.close()
        node.start()
        server = answering(our_server(node))
        wait_for(filer.is_served, "files are not served")
        assert filer.read(file).body == b"promised"
        ada = server.person("ada")
        do(ada, "delete", message=offset)
        wait_for(lambda: file["id"] not in kept(node), "the file outlived its message")
        (left,) = kept(node)  # What was arriving goes with the hour; its row knows of it.
        assert left != file["id"]
