"""Which rooms there are, and what they are called, each change within one transaction."""

from components.contract import Author, Caller
from components.streams import Log

from . import api, deeds, membership, personal, rules, store
from .deeds import Act


def open_lobby(log: Log) -> None:
    if not store.exists(log.connection, api.LOBBY):
        _open(log, api.LOBBY, "Lobby", membership.NODE)


def create(log: Log, new: api.NewRoom, name: str, caller: Caller) -> api.Room:
    """Open a room that its maker owns."""
    if store.exists(log.connection, name):
        raise api.RoomExists(room=name)
    title = rules.spoken(new.title or name)
    _open(log, name, title, caller.author, kind=new.kind, subject=" ".join(new.subject.split()))
    membership.enter(log, name, caller, "owner")
    return store.load(log.connection, name, caller.id)


def _open(log: Log, room: str, title: str, by: Author, **more: object) -> None:
    store.add(log.connection, room, title, log.now, **more)
    log.append(api.stream_of(room), "room_created", {"title": title}, by=by)


def change(log: Log, change: api.Change, caller: Caller) -> api.Room:
    """Give a room other words, another pace, or archive it."""
    before = membership.must_look_after(log, change.room, caller)
    if before.kind == "direct":
        raise api.NotInDirect
    different = {name: value for name, value in rules.changes(change).items() if value != getattr(before, name)}
    if different:
        store.change(log.connection, change.room, different)
        log.append(before.stream, "room_changed", different, by=caller.author)
        deeds.note(log, Act(change.room, "changed", caller.author, why=", ".join(different)))
    if change.archived is not None and change.archived != before.archived:
        membership.standing(log, change.room, caller).must_own()
        _archive(log, change.room, change.archived, caller)
    return store.load(log.connection, change.room, caller.id)


def _archive(log: Log, room: str, archived: bool, caller: Caller) -> None:
    what = "archived" if archived else "unarchived"
    store.change(log.connection, room, {"archived": archived})
    log.append(api.stream_of(room), f"room_{what}", {}, by=caller.author)
    deeds.note(log, Act(room, what, caller.author))


def direct(log: Log, wanted: api.People, name: str, caller: Caller) -> api.Room:
    """Open the room in which some people talk, and nobody else: always the same one for the same people."""
    circle = rules.circle(list({caller.id, *wanted.people}))
    room = store.of_circle(log.connection, circle)
    if room is None:
        room = _begin(log, name, circle, wanted, caller)
    elif store.role_of(log.connection, room, caller.id) is None:
        membership.enter(log, room, caller)
    _ask_back(log, room, wanted, caller)
    return store.load(log.connection, room, caller.id)


def _begin(log: Log, room: str, circle: str, wanted: api.People, caller: Caller) -> str:
    others = rules.company(caller.id, wanted.people, store.acquaintances(log.connection, caller.id))
    title = ", ".join([caller.name, *others.values()])
    store.add(log.connection, room, title, log.now, kind="direct", circle=circle)
    log.append(api.stream_of(room), "room_created", {"title": ""}, by=caller.author)
    for id, called in {caller.id: caller.name, **others}.items():
        store.add_member(log.connection, room, api.Member(id, called, log.now))
        log.append(api.stream_of(room), "member_joined", {}, by=Author(id, called))
        if id != caller.id:
            personal.tell(log, id, "room_opened", {"room": room}, caller.author)
    return room


def _ask_back(log: Log, room: str, wanted: api.People, caller: Caller) -> None:
    """Who has left a direct room is asked, and not put, into it again."""
    for person in {*wanted.people} - {caller.id}:
        seen = store.look(log.connection, room, person)
        if not seen.joined and not seen.invited:
            store.invite(log.connection, room, person, caller.author, log.now)
            personal.tell(log, person, "room_invited", {"room": room, "title": seen.title}, caller.author)
