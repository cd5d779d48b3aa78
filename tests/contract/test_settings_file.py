"""Whoever breaks `openline.yaml` is told where, what was expected, and what stands there."""

from pathlib import Path

import pytest

from components.here import here
from components.settings import Settings
from components.settings_file import BadSettings, Places, find_folder, load, places

ROOT = Path(__file__).parents[2]

BROKEN = {
    # What stands in the file -> what has to be said of it.
    "port: 80000": "openline.yaml:1: port: expected 65535 or less, got 80000",
    "host: x\nport: high": "openline.yaml:2: port: expected a whole number, got 'high'",
    "\n\nprot: 8080": "openline.yaml:3: prot: unknown, did you mean `port`?, got 8080",
    "guests:\n  allowed: maybe": "openline.yaml:2: guests.allowed: expected true or false, got 'maybe'",
    "guests:\n  per_minute: 0": "openline.yaml:2: guests.per_minute: expected 1 or more, got 0",
    "guests:\n  tokn: 7d": "openline.yaml:2: guests.tokn: unknown, did you mean `token`?, got '7d'",
    "guests: yes please": "openline.yaml:1: guests: expected names with values, as in `events: 100`, got 'yes please'",
    "routers: []": "openline.yaml:1: routers: expected 1 or more of them, got []",
    "processes:\n  main: stream": "openline.yaml:2: processes.main: expected a list, got 'stream'",
    "keys:": "openline.yaml:1: keys: expected text, got None",
    "streams:\n- match: a.b\n- read: members": "openline.yaml:3: streams[1].match: expected something here",
    "streams:\n- match: a.b\n  keep:\n    for: 3 weeks": (
        "openline.yaml:4: streams[0].keep.for: expected a duration such as 90s, 15m, 24h, 30d or forever, got '3 weeks'"
    ),
    "streams:\n- match: a.b\n  types:\n    said:\n      type: words": (
        "openline.yaml:4: streams[0].types.said: expected a JSON Schema; $.type: 'words' is not valid"
    ),
    "streams:\n- match: a.b\n  keep:\n    events: 1.5": (
        "openline.yaml:4: streams[0].keep.events: expected a whole number, got 1.5"
    ),
    "streams:\n- match: a.b\n  read:\n  - guest\n  - gest": (
        "openline.yaml:5: streams[0].read[1]: expected 'guest', 'member', 'operator' or 'component', got 'gest'"
    ),
    "streams:\n- match: a.b\n  read: guest": (
        "openline.yaml:3: streams[0].read: expected a list or 'members', got 'guest'"
    ),
    "streams:\n- match: a.b\n  types: {x: 1}": (
        "openline.yaml:3: streams[0].types.x: expected names with values, as in `main: [stream]`, got 1"
    ),
    "streams:\n- match: a.b\n  tipes: {}": "openline.yaml:3: streams[0].tipes: unknown, did you mean `types`?, got {}",
    "proxies: [10.0.0.300]": (
        "openline.yaml:1: proxies[0]: expected an address or a network such as 10.0.0.0/8 or fd00::/8, got '10.0.0.300'"
    ),
    "proxies: 10.0.0.1": "openline.yaml:1: proxies: expected a list, got '10.0.0.1'",
    "proxy_protocol:\n- ::1\n- 10.0.0.1/8": (
        "openline.yaml:3: proxy_protocol[1]: expected an address or a network such as 10.0.0.0/8 or fd00::/8"
    ),
    "tls: cert.pem": "openline.yaml:1: tls: expected names with values, as in `events: 100`, got 'cert.pem'",
    "tls:\n  certificate: cert.pem": "openline.yaml:1: tls.key: expected something here",
    "limits:\n  connections:\n    adress: 3": (
        "openline.yaml:3: limits.connections.adress: unknown, did you mean `address`?, got 3"
    ),
    "limits:\n  requests:\n    head: 10": (
        "openline.yaml:3: limits.requests.head: expected a duration such as 90s, 15m, 24h, 30d or forever, got 10"
    ),
    "limits:\n  depth: 1000": "openline.yaml:2: limits.depth: expected 100 or less, got 1000",
    "limits:\n  connections:\n    new: {per_second: 0, burst: 1}": (
        "openline.yaml:3: limits.connections.new.per_second: expected more than 0, got 0"
    ),
    "streams: {match: a.b}": "openline.yaml:1: streams: expected a list, got {'match': 'a.b'}",
    "port: 1\nhost: x\nport: 2": "openline.yaml:3: port: stands twice, first on line 1",
    "guests:\n  token: 1d\n  token: 2d": "openline.yaml:3: guests.token: stands twice, first on line 2",
    "- port: 8080": "openline.yaml:1: expected settings such as `port: 8080`, got [{'port': 8080}]",
    "port: 8080\n\thost: x": (
        "openline.yaml:2: column 1: this is not YAML: found character '\\t' that cannot start any token"
    ),
    "port: [1\nhost: x": "openline.yaml:2: column 5: this is not YAML: expected ',' or ']', but got ':'",
    "host: *nobody": "openline.yaml:1: column 7: this is not YAML: found undefined alias 'nobody'",
    "host: &me\n- 1\n- *me": "openline.yaml:1: host[1]: this holds itself",
    "host: &me [*me, *me]": "openline.yaml:1: host[0]: this holds itself",
    "? [a]\n: b": "openline.yaml:1: column 3: this is not YAML: found unhashable key",
    **{
        f"url: http://a.b\naccounts:\n  mail: {uri}": (
            "openline.yaml:3: accounts.mail: expected the address of a procedure of yours, such as app.mail.send, "
            f"got {uri!r}"
        )
        for uri in ("send", "app.Mail.send", "app.mail.*", "openline.room.post", "wamp.session.kill", "client.1.send")
    },
    "accounts:\n  mail: app.mail.send": (
        "openline.yaml:1: accounts: expected `url` to be set beside `mail`: the links in mails begin with it, got "
    ),
    "oidc:\n- name: Corp\n  title: x\n  issuer: https://a.b\n  client_id: x": (
        "openline.yaml:2: oidc[0].name: expected text of the form ^[a-z0-9_]{1,32}$, got 'Corp'"
    ),
    "oidc:\n- name: a\n  title: x\n  issuer: http://a.b\n  client_id: x": (
        "openline.yaml:4: oidc[0].issuer: expected an address such as https://id.example.com; http is for this machine "
    ),
    "oidc:\n- name: a\n  title: x\n  issuer: https://a.b\n  client_id: x\n  scopes: [email]": (
        "openline.yaml:6: oidc[0].scopes: expected a list with `openid` in it, got ['email']"
    ),
    "oidc:\n- name: a\n  title: x\n  issuer: https://a.b\n  client_id: x\n  client_secret_file: ../x": (
        "openline.yaml:6: oidc[0].client_secret_file: expected text of the form"
    ),
    "oidc:\n- &a {name: a, title: x, issuer: https://a.b, client_id: x}\n- *a": (
        "openline.yaml:1: oidc: expected a name of its own for each; there are two called a"
    ),
    "oidc:\n- {name: a, title: x, issuer: https://a.b, client_id: x, scope: x}": (
        "openline.yaml:2: oidc[0].scope: unknown, did you mean `scopes`?, got 'x'"
    ),
    "host: a\0b": "openline.yaml:1: this is not YAML: unacceptable character #x0000",
}


def written(folder: Path, text: str) -> Path:
    (folder / "openline.yaml").write_text(text)
    return folder


def said(folder: Path, **environ: str) -> str:
    with pytest.raises(BadSettings) as found:
        load(folder, environ)
    return str(found.value)


@pytest.mark.parametrize("text", BROKEN, ids=BROKEN.values())
def test_names_the_line(tmp_path: Path, text: str) -> None:
    assert said(written(tmp_path, text)).startswith(BROKEN[text])


def test_tells_all_mistakes_at_once(tmp_path: Path) -> None:
    folder = written(tmp_path, "port: 0\nguests: {allowed: 3}\nstreams:\n- {match: A, max_event_bytes: 0}")
    places_named = [line.split(": ")[:2] for line in said(folder).split("\n")]
    assert sorted(places_named) == [
        ["openline.yaml:1", "port"],
        ["openline.yaml:2", "guests.allowed"],
        ["openline.yaml:4", "streams[0].match"],
        ["openline.yaml:4", "streams[0].max_event_bytes"],
    ]


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "openline.yaml").write_bytes(b"host: \xff\xfe")
    assert said(tmp_path).startswith("openline.yaml: this is not text in UTF-8")


def test_long_values_are_cut(tmp_path: Path) -> None:
    assert said(written(tmp_path, f"port: {'x' * 500}")).endswith("...")


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "---\n"])
def test_an_empty_file_is_the_defaults(tmp_path: Path, text: str) -> None:
    assert load(written(tmp_path, text), {}) == Settings()


def test_no_file_is_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, {}) == Settings()


def test_our_own_file_is_fine() -> None:
    settings = load(ROOT / ".crossbar", {})
    room, demo, own = (settings.namespace(name) for name in ("openline.room.lobby", "app.demo.x", "app.prices"))
    assert room and demo and own
    assert room.read == "members" and room.keep.for_ is None and room.keep.events == 1_000_000
    assert "guest" in demo.publish and "guest" not in own.publish
    assert settings.namespace("openline.secret") is None


def test_a_mapping_may_build_on_another(tmp_path: Path) -> None:
    folder = written(tmp_path, "streams:\n- &one {match: a.b, max_event_bytes: 5}\n- {<<: *one, match: c.d}")
    assert [(each.match, each.max_event_bytes) for each in load(folder, {}).streams] == [("a.b", 5), ("c.d", 5)]


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    folder = written(tmp_path, "port: 1\nhost: a\nrouters: [one]")
    environ = {"OPENLINE_HOST": "b", "OPENLINE_ROUTERS": "[two, three]", "PORT": "2", "PATH": "/bin"}
    settings = load(folder, environ)
    assert (settings.host, settings.port, settings.routers) == ("b", 2, ["two", "three"])


def test_our_own_variable_goes_before_port(tmp_path: Path) -> None:
    assert load(tmp_path, {"PORT": "2", "OPENLINE_PORT": "3"}).port == 3


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    assert load(written(tmp_path, "port: 1"), {"PORT": "", "OPENLINE_HOST": ""}).port == 1


def test_a_bad_variable_is_named(tmp_path: Path) -> None:
    assert said(tmp_path, PORT="abc") == "PORT: expected a whole number, got 'abc'"
    assert said(tmp_path, OPENLINE_GUESTS="{tokn: 1}").startswith(
        "OPENLINE_GUESTS.tokn: unknown, did you mean `token`?"
    )
    assert said(tmp_path, OPENLINE_STREAMS="[{match: A}]").startswith("OPENLINE_STREAMS[0].match: expected text of")
    assert said(tmp_path, OPENLINE_ROUTERS="[a").startswith("OPENLINE_ROUTERS:1: column 3: this is not YAML")


def test_an_unknown_variable_is_a_mistake(tmp_path: Path) -> None:
    assert said(tmp_path, OPENLINE_PROT="1").startswith("OPENLINE_PROT: unknown; known are OPENLINE_REALM, ")
    assert load(tmp_path, {"OPENLINE_DIR": "/anywhere"}) == Settings()


def test_finds_the_folder(tmp_path: Path) -> None:
    assert find_folder(tmp_path, {}) == tmp_path / ".crossbar"
    assert find_folder(tmp_path, {"OPENLINE_DIR": "/srv/line"}) == Path("/srv/line")
    assert find_folder(tmp_path, {"OPENLINE_DIR": "line"}) == tmp_path / "line"
    assert find_folder(written(tmp_path, ""), {}) == tmp_path


def test_paths_are_relative_to_the_folder(tmp_path: Path) -> None:
    assert places(tmp_path, Settings(keys="/etc/keys")) == Places(
        tmp_path, tmp_path / "data", Path("/etc/keys"), tmp_path / "run", f"sqlite:///{tmp_path}/data/openline.sqlite"
    )


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite:////var/lib/x.sqlite", "postgresql://u:p@h/db", "sqlite:///"]
)
def test_other_database_urls_stay(tmp_path: Path, url: str) -> None:
    assert places(tmp_path, Settings(database=url)).database == url


def test_here_is_the_folder_of_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINE_DIR", str(written(tmp_path, "port: 4321")))
    monkeypatch.delenv("PORT", raising=False)
    settings, found = here()
    assert settings.port == 4321 and found.run == tmp_path / "run"
