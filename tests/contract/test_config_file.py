"""Whoever breaks `config.yaml` is told on which line, in Crossbar's words."""

from pathlib import Path

import pytest

from components.document import Mistakes
from router.config_file import check, web_endpoint, web_paths

ROOT = Path(__file__).parents[2]

GOOD = """\
version: 2
controller:
  options:
    shutdown: [shutdown_on_worker_exit]
workers:
- type: router
  id: router1
  realms:
  - name: openline
    options:
      uri_check: strict
    roles:
    - name: guest
      permissions:
      - uri: openline.
        match: prefix
        allow:
          call: true
  transports:
  - type: web
    id: web
    endpoint:
      type: tcp
      interface: 127.0.0.1
      port: 8080
    options:
      client_timeout: 10
    paths:
      /:
        type: static
        directory: ../web
      ws:
        type: websocket
        serializers: [json]
        auth:
          ticket:
            type: dynamic
            authenticator: a.b
        options:
          auto_ping_interval: 25000
- type: guest
  executable: python3
  options:
    workdir: .
    env:
      inherit: true
"""

SLIPS = {
    # What stands there -> what stands there instead, on the same line.
    "version: 2": "version: 3",
    "controller:": "controler:",
    "shutdown: [shutdown_on_worker_exit]": "shutdown: [whenever]",
    "type: router": "type: rooter",
    "id: router1": "id: R",
    "realms:": "reams:",
    "name: openline": "nom: openline",
    "uri_check: strict": "uri_chek: strict",
    "roles:": "rolls:",
    "permissions:": "permission:",
    "match: prefix": "match: prefiks",
    "call: true": "call: please",
    "type: web": "type: wob",
    "id: web": "id: [web]",
    "type: tcp": "type: tpc",
    "interface: 127.0.0.1": "interfase: 127.0.0.1",
    "port: 8080": "port: eighty",
    "client_timeout: 10": "client_tiemout: 10",
    "type: static": "type: statik",
    "directory: ../web": "directorie: ../web",
    "type: websocket": "type: wepsocket",
    "ticket:": "tiket:",
    "type: dynamic": "type: dynamik",
    "authenticator: a.b": "authenticator: a..b",
    "auto_ping_interval: 25000": "auto_ping_interval: 25 s",
    "type: guest": "type: gest",
    "executable: python3": "executable: [python3]",
}


def written(folder: Path, text: str) -> Path:
    (folder / "config.yaml").write_text(text)
    return folder


def said(folder: Path) -> str:
    with pytest.raises(Mistakes) as found:
        check(folder)
    return str(found.value)


@pytest.mark.parametrize("slip", SLIPS)
def test_names_the_line(tmp_path: Path, slip: str) -> None:
    lines = GOOD.split("\n")
    [number] = [number for number, line in enumerate(lines) if line.strip(" -") == slip]
    lines[number] = lines[number].replace(slip, SLIPS[slip])
    assert said(written(tmp_path, "\n".join(lines))).startswith(f"config.yaml:{number + 1}: ")


def test_what_is_missing_is_named_where_it_should_be(tmp_path: Path) -> None:
    folder = written(tmp_path, GOOD.replace("            authenticator: a.b\n", ""))
    place = "config.yaml:36: workers[0].transports[0].paths.ws.auth.ticket: missing mandatory attribute 'authenticator'"
    assert said(folder).startswith(place)


def test_a_realm_has_a_name(tmp_path: Path) -> None:
    folder = written(tmp_path, GOOD.replace("- name: openline\n    options", "- options"))
    assert said(folder) == "config.yaml:9: workers[0].realms[0]: expected a name"


def test_what_crossbar_prints_of_its_memory_is_left_out(tmp_path: Path) -> None:
    assert "{" not in said(written(tmp_path, GOOD.replace("type: web\n", "type: wob\n")))


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("version: 2\nworkers: [", "config.yaml:2: column 11: this is not YAML"),
        ("version: 2\nversion: 2", "config.yaml:2: version: stands twice"),
        ("", "config.yaml:1: top-level configuration item must be a dictionary"),
    ],
)
def test_no_yaml_no_node(tmp_path: Path, text: str, sentence: str) -> None:
    assert said(written(tmp_path, text)).startswith(sentence)


def test_no_file_no_node(tmp_path: Path) -> None:
    assert said(tmp_path) == f"config.yaml: No such file or directory ({tmp_path})"


def test_a_good_file_is_fine(tmp_path: Path) -> None:
    check(written(tmp_path, GOOD))
    check(ROOT / ".crossbar")


def test_finds_where_the_pages_are(tmp_path: Path) -> None:
    assert web_endpoint(written(tmp_path, GOOD)) == ("127.0.0.1", 8080)
    assert web_endpoint(written(tmp_path, GOOD.replace("      interface: 127.0.0.1\n", ""))) == ("", 8080)


@pytest.mark.parametrize(
    "text, sentence",
    [
        (GOOD.replace("type: web\n", "type: wob\n"), "config.yaml:20: workers[0].transports[0].type: invalid"),
        ("version: 2\nworkers: []", "config.yaml:1: there is no web transport with a port"),
    ],
)
def test_says_why_there_are_no_pages(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(Mistakes) as found:
        web_endpoint(written(tmp_path, text))
    assert str(found.value).startswith(sentence)


BEHIND = """\
  - type: rawsocket
    endpoint: {type: unix, path: run/router1.sock}
    serializers: [cbor]
"""
WANTED = "components sign in with a key, expected `auth` to be `cryptosign: {type: function, create: "


@pytest.mark.parametrize(
    ("auth", "place"),
    [
        ("", "config.yaml:41: workers[0].transports[1]: "),
        ("    auth: {}\n", "config.yaml:41: workers[0].transports[1]: "),
        (
            "    auth:\n      anonymous: {type: static, role: component}\n",
            "config.yaml:45: workers[0].transports[1].auth.anonymous: ",
        ),
        (
            "    auth:\n      cryptosign: {type: function, create: a.b}\n      anonymous: {type: static}\n",
            "config.yaml:46: workers[0].transports[1].auth.anonymous: ",
        ),
    ],
)
def test_components_sign_in_with_a_key(tmp_path: Path, auth: str, place: str) -> None:
    text = GOOD.replace("- type: guest\n", f"{BEHIND}{auth}- type: guest\n")
    assert said(written(tmp_path, text)).startswith(place + WANTED)


def test_the_paths_that_open_after_the_pages_are_found() -> None:
    assert web_paths(ROOT / ".crossbar") == {"auth", "events", "files", "hooks", "lp", "streams", "ws"}
