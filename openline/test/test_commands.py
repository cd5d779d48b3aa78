"""What an operator types, as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from openline.__main__ import main
from openline.test.test_processes import is_alive, pid_in
from tests.support.certificate import write_certificate

CONFIG = """\
version: 2
workers:
- type: router
  realms: [{name: openline, roles: [{name: guest, permissions: []}]}]
  transports:
  - {type: web, endpoint: {type: tcp, interface: 127.0.0.1, port: 8080}, paths: {/: {type: static, directory: .}}}
"""

NODE = """\
# Stands for Crossbar: serves the port, and runs a guest that it ends with itself. Neither listens if it is stubborn.
import http.server, os, signal, subprocess, sys
port, folder, manner = int(sys.argv[1]), sys.argv[2], sys.argv[3]
is_stubborn = manner == "stubborn"
trap = "trap '' INT TERM HUP; " if is_stubborn else ""
guest = subprocess.Popen(["sh", "-c", trap + "echo $$ > " + folder + "/guest; while :; do sleep 0.1; done"])
if is_stubborn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
print("started", flush=True)
server = http.server.HTTPServer(("127.0.0.1", port), http.server.BaseHTTPRequestHandler)
try:
    server.handle_request() if manner == "short-lived" else server.serve_forever()
except KeyboardInterrupt:
    guest.terminate()
    print("ended in good order", flush=True)
"""

KEEP = "import os, sys; from pathlib import Path; from openline.run import keep; "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "node.py").write_text(NODE)
    return tmp_path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def openline(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "openline", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=clean(**environ))


def clean(**environ: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if name != "PORT" and not name.startswith("OPENLINE_")}
    return {**ours, "COVERAGE_PROCESS_START": "", **environ}


@contextmanager
def kept(folder: Path, manner: str) -> Iterator[subprocess.Popen[str]]:
    """Run our node under the supervisor until its output is asked for."""
    port = free_port()
    node = [sys.executable, str(folder / "node.py"), str(port), str(folder), manner]
    command = [sys.executable, "-c", f"{KEEP}sys.exit(keep(Path({str(folder)!r}), os.environ, {node!r}))"]
    with subprocess.Popen(command, stdout=-1, stderr=-2, text=True, env=clean(PORT=str(port))) as process:
        try:
            yield process
        finally:
            process.terminate()


def line(process: subprocess.Popen[str], word: str) -> str:
    assert process.stdout
    for found in process.stdout:
        if word in found:
            return found
    raise AssertionError(f"it never said {word!r}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_ends_everything(folder: Path, number: signal.Signals) -> None:
    with kept(folder, "well-behaved") as process:
        assert "Openline is on http://localhost:" in line(process, "Openline is on")
        guest = pid_in(folder / "guest")
        process.send_signal(number)
        assert line(process, "ended in good order")
        assert process.wait(10) == 0
        assert not is_alive(guest)


def test_run_ends_what_does_not_want_to(folder: Path) -> None:
    with kept(folder, "stubborn") as process:
        line(process, "Openline is on")
        guest = pid_in(folder / "guest")
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert is_alive(guest), "it has its time"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert not is_alive(guest)


def test_run_starts_again_what_ends(folder: Path) -> None:
    with kept(folder, "short-lived") as process:
        line(process, "started")
        guest = pid_in(folder / "guest")
        assert "The node ended by itself (exit code 0). It starts again in" in line(process, "ended by itself")
        line(process, "started")
        assert not is_alive(guest)


def test_nothing_outlives_a_killed_run(folder: Path) -> None:
    with kept(folder, "well-behaved") as process:
        line(process, "Openline is on")
        process.kill()
        assert line(process, "ended in good order")


def test_run_says_that_the_port_is_taken(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = openline("run", "--cbdir", str(folder), PORT=port)
    assert done.returncode == 1
    assert done.stdout.startswith(f"Port {port} is taken by another program.")
    assert done.stdout.count("\n") == 1 and not done.stderr


BROKEN = pytest.mark.parametrize(
    "file, text, sentence",
    [
        ("openline.yaml", "port: high", "openline.yaml:1: port: expected a whole number, got 'high'"),
        ("config.yaml", CONFIG.replace("realms", "reams"), "config.yaml:4: workers[0].reams: encountered unknown"),
    ],
)


@BROKEN
def test_run_does_not_start_from_a_broken_file(folder: Path, file: str, text: str, sentence: str) -> None:
    (folder / file).write_text(text)
    done = openline("run", "--cbdir", str(folder), PORT=str(free_port()) if file == "config.yaml" else "")
    assert done.returncode == 1
    assert done.stdout.startswith(sentence)
    assert done.stdout.count("\n") == 1 and not done.stderr


@BROKEN
def test_check_names_the_line(
    folder: Path, file: str, text: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / file).write_text(text)
    assert main(["check", "--cbdir", str(folder)]) == 1
    said = capsys.readouterr().out
    assert said.startswith(sentence) and said.count("\n") == 1


def test_check_tells_of_both_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "config.yaml").write_text("version: 3")
    (folder / "openline.yaml").write_text("port: high")
    assert main(["check", "--cbdir", str(folder)]) == 1
    said = capsys.readouterr().out.split("\n")
    assert [each.split(":")[0] for each in said] == ["config.yaml", "openline.yaml", ""]


def test_check_reads_the_certificate(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "openline.yaml").write_text("tls: {certificate: cert.pem, key: key.pem}")
    assert main(["check", "--cbdir", str(folder)]) == 1
    assert capsys.readouterr() == (f"openline.yaml: tls: {folder}/cert.pem: No such file or directory\n", "")
    write_certificate(folder, "here")
    assert main(["check", "--cbdir", str(folder)]) == 0


def test_check_reads_what_a_provider_knows_us_by(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corp = "{name: corp, title: x, issuer: 'https://a.b', client_id: x, client_secret_file: oidc/corp.secret}"
    (folder / "openline.yaml").write_text(f"oidc: [{corp}]")
    assert main(["check", "--cbdir", str(folder)]) == 1
    file = folder / "keys/oidc/corp.secret"
    assert capsys.readouterr() == (f"openline.yaml: oidc: {file}: No such file or directory\n", "")
    file.parent.mkdir(parents=True)
    file.write_text("\n")
    assert main(["check", "--cbdir", str(folder)]) == 1
    assert capsys.readouterr().out == f"openline.yaml: oidc: {file}: expected one word\n"
    file.write_text("hunter2\n")
    assert main(["check", "--cbdir", str(folder)]) == 0


def test_check_says_when_all_is_fine(folder: Path) -> None:
    done = openline("check", OPENLINE_DIR=str(folder))
    assert (done.returncode, done.stdout) == (0, f"{folder}: config.yaml and openline.yaml are fine.\n")


def test_a_folder_without_a_node_is_said_to_be_one(tmp_path: Path) -> None:
    done = openline("run", "--cbdir", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, f"config.yaml: No such file or directory ({tmp_path})\n")


def test_an_unknown_verb_lists_the_known(tmp_path: Path) -> None:
    done = openline("fly")
    assert done.returncode == 2
    assert all(verb in done.stderr for verb in ("run", "check", "version"))


def test_version_names_what_it_runs_on(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openline.version.version", {"openline": "1.2.3", "crossbar": "26.10.1"}.__getitem__)
    assert main(["version"]) == 0
    assert capsys.readouterr().out.startswith("openline 1.2.3 (crossbar 26.10.1, Python 3.")
