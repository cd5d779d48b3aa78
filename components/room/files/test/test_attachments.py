"""Files from their first byte until their message goes, on SQLite and on PostgreSQL."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.trial.unittest import SynchronousTestCase

from components.contract import Caller
from components.room import api as room_api
from components.room.component import Rooms
from components.room.files import api, store
from components.room.files.attachments import Attachments
from components.room.files.blobs import Folder
from components.room.files.keeping import UNUSED
from components.room.test.rooms import ADA, BOB, RoomCase
from components.settings import Files
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase

from .pictures import photo, picture

ROUTER = Caller("router1", "component", "router1")


class AttachmentTests(RoomCase):
    """What holds whatever database is below."""

    def setUp(self) -> None:
        super().setUp()
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)  # type: ignore[attr-defined]
        self.data = Path(folder.name)
        self.limits = Files(bytes=2_000_000, pending=3, day_bytes=3_000_000)
        self.held: list[tuple[Any, Deferred[Any]]] = []
        self.is_slow = False
        blobs = Folder(self.data / "files")
        self.files = Attachments(self.db, self.streams, self.clock, self.limits, blobs, self.data, self._do)
        self.rooms = Rooms(self.db, self.streams, self.bus, self.clock, self.rules, files=self.files)
        self.get(self.rooms.prepare())

    def _do(self, work: Any, *args: Any) -> "Deferred[Any]":
        if not self.is_slow:
            return maybeDeferred(work, *args)
        later: Deferred[Any] = Deferred()
        self.held.append((lambda: work(*args), later))
        return later

    def begin(self, data: bytes, name: str = "a.txt", by: Caller = ADA, room: str = "lobby") -> str:
        upload = api.Upload(room, by.id, by.name, by.role, name, len(data))
        id = self.get(self.files.begin(ROUTER, upload)).file
        (self.data / "incoming").mkdir(exist_ok=True)
        (self.data / "incoming" / id).write_bytes(data)
        return id

    def bring(self, data: bytes = b"words", name: str = "a.txt", by: Caller = ADA) -> api.File:
        file = self.get(self.files.take(ROUTER, api.WhichFile(self.begin(data, name, by)))).file
        assert file is not None
        return file

    def attach(self, *files: api.File, by: Caller = ADA, text: str = "", key: str | None = None) -> int:
        post = room_api.Post("lobby", text, key, files=tuple(file.id for file in files))
        return self.get(self.rooms.post(by, post)).offset

    def kept(self) -> list[str]:
        return sorted(path.name for path in self.data.rglob("*") if path.is_file())

    def rows(self) -> set[str]:
        found: set[str] = self.get(self.db.read(store.all_ids))
        return found

    def test_a_message_shows_its_files(self) -> None:
        file, image = self.bring(), self.bring(photo(), "photo.jpg")
        offset = self.attach(file, image, text="look")
        (_, type, data) = self.log()[-1]
        assert (type, data["text"]) == ("message_posted", "look")
        assert [shown["name"] for shown in data["files"]] == ["a.txt", "photo.jpg"]
        assert (data["files"][1]["width"], data["files"][1]["height"]) == (20, 40)
        kept = self.get(self.db.read(store.of_room, "lobby"))
        assert [(one.file, one.message, one.person) for one in kept] == [
            (file, offset, ADA.id),
            (image, offset, ADA.id),
        ]
        assert not list((self.data / "incoming").iterdir())

    def test_a_repeated_post_is_answered_once(self) -> None:
        file = self.bring()
        first = self.attach(file, key="k")
        assert self.attach(file, key="k") == first
        self.get(self.rooms.delete(ADA, room_api.Delete("lobby", first)))
        assert self.attach(file, key="k") == first

    def test_only_ones_own_files_once_and_in_their_room(self) -> None:
        file = self.bring()
        self.get(self.rooms.join(BOB, room_api.Which("lobby")))
        self.get(self.rooms.create(ADA, room_api.NewRoom("other")))
        self.refused(self.rooms.post(BOB, room_api.Post("lobby", files=(file.id,))), api.NoSuchFile)
        self.refused(self.rooms.post(ADA, room_api.Post("other", files=(file.id,))), api.NoSuchFile)
        self.refused(self.rooms.post(ADA, room_api.Post("lobby", " ")), room_api.EmptyText)
        self.attach(file)
        self.refused(self.rooms.post(ADA, room_api.Post("lobby", files=(file.id,))), api.NoSuchFile)

    def test_who_may_not_post_may_not_send(self) -> None:
        upload = api.Upload("lobby", BOB.id, BOB.name, BOB.role, "a", 1)
        self.refused(self.files.begin(ROUTER, upload), room_api.NotAMember)
        assert self.rows() == set()

    def test_so_many_wait_and_so_much_a_day(self) -> None:
        for _ in range(3):
            self.begin(b"x")
        upload = api.Upload("lobby", ADA.id, ADA.name, ADA.role, "a", 1)
        self.refused(self.files.begin(ROUTER, upload), api.TooManyUploads)
        self.clock.advance(UNUSED + 1)
        self.get(self.files.keeping.round())
        assert (self.rows(), self.kept()) == (set(), [])
        self.attach(self.bring(b"\0" * 1_900_000))
        large = api.Upload("lobby", ADA.id, ADA.name, ADA.role, "a", 1_200_000)
        self.refused(self.files.begin(ROUTER, large), api.EnoughForToday)
        self.clock.advance(86_400)
        self.get(self.files.begin(ROUTER, large))

    def test_files_go_with_their_message(self) -> None:
        image = self.bring(picture("PNG", (1_500, 900)), "plan.png")
        offset = self.attach(image, text="plan")
        assert self.kept() == [image.id, f"{image.id}.thumb"]
        self.get(self.rooms.delete(ADA, room_api.Delete("lobby", offset)))
        assert (self.kept(), self.rows()) == ([], set())
        assert "files" not in dict(enumerate(self.log()))[offset - 1][2]

    def test_files_go_with_the_log(self) -> None:
        self.attach(self.bring())
        late = self.bring()
        offset = self.attach(late)

        def cut(connection: Any) -> None:
            from components.stream.store import STREAM

            connection.execute(STREAM.update().where(STREAM.c.name == "openline.room.lobby").values(oldest=offset))

        self.get(self.db.run(cut))
        self.get(self.files.forget())
        assert (self.kept(), self.rows()) == ([late.id], {late.id})

    def test_what_is_not_used_goes_and_what_is_stays(self) -> None:
        used, unused = self.bring(), self.bring()
        self.attach(used)
        self.clock.advance(UNUSED + 1)
        self.get(self.files.keeping.round())
        assert (self.kept(), self.rows()) == ([used.id], {used.id})
        self.refused(self.files.find(ROUTER, api.WhichFile(unused.id)), api.NoSuchFile)

    def test_whoever_sent_it_lets_it_go(self) -> None:
        file = self.bring()
        self.refused(self.files.discard(BOB, api.WhichFile(file.id)), api.NoSuchFile)
        self.get(self.files.discard(ADA, api.WhichFile(file.id)))
        assert (self.kept(), self.rows()) == ([], set())

    def test_what_is_no_picture_leaves_nothing(self) -> None:
        id = self.begin(photo()[:200], "half.jpg")
        self.refused(self.files.take(ROUTER, api.WhichFile(id)), api.PictureBroken)
        self.get(self.files.keeping.sweep())
        assert (self.kept(), self.rows()) == ([], set())

    def test_a_file_that_takes_long_is_asked_for_again(self) -> None:
        self.is_slow, which = True, api.WhichFile(self.begin(b"slow"))
        first = self.start(self.files.take(ROUTER, which))
        self.clock.advance(15)
        assert self.successResultOf(first) == api.Taken(None)  # type: ignore[attr-defined]
        again = self.start(self.files.take(ROUTER, which))
        self.is_slow = False
        (work, later), *more = self.held
        assert not more, "it is made once"
        later.callback(work())
        assert self.successResultOf(again).file.size == 4  # type: ignore[attr-defined]

    def test_no_bytes_are_there_that_no_row_knows_of(self) -> None:
        self.attach(self.bring(picture("PNG", (1_500, 900))))
        self.begin(b"arriving")
        assert self.get(self.files.keeping.strays()) == []
        (self.data / "incoming" / ("0" * 32)).write_bytes(b"x")
        assert self.get(self.files.keeping.strays()) == ["0" * 32]

    def test_an_import_brings_files(self) -> None:
        source = self.data / "source"
        source.write_bytes(b"from elsewhere")
        file = self.get(self.files.bring("lobby", BOB.id, "old.txt", source))
        self.get(self.db.run(store.attach, "lobby", 3, [file.id]))
        (kept,) = self.get(self.db.read(store.of_room, "lobby"))
        assert (kept.file.name, kept.message) == ("old.txt", 3)
        assert b"".join(self.files.blobs.read(file.id)) == b"from elsewhere"

    def test_search_finds_files_by_their_names_and_kinds(self) -> None:
        offset = self.attach(self.bring(photo(), "lighthouse.jpg"))
        self.post(ADA, "lighthouse without a picture")
        found = self.get(self.rooms.search(ADA, room_api.Search("has:image lighthouse")))
        assert [(hit.offset, hit.snippet) for hit in found.results] == [(offset, "lighthouse.jpg")]
        assert self.get(self.rooms.search(ADA, room_api.Search("has:file -has:image"))).results == []
        edit = room_api.Edit("lobby", offset, "from the sea")
        self.get(self.rooms.edit(ADA, edit))
        found = self.get(self.rooms.search(ADA, room_api.Search("sea lighthouse")))
        assert [hit.offset for hit in found.results] == [offset]


class TestOnSqlite(AttachmentTests, SynchronousTestCase):
    database = MemoryDatabase


class TestOnPostgres(AttachmentTests, SynchronousTestCase):
    database = PostgresDatabase
