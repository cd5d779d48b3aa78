"""The keys in their folder: made, changed, taken up, and passed over where they are none."""

import json
import stat
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from router.keys import LOOK, SETTLE, BadKey, Keyring, load, make_first, rotate
from router.tokens import BadToken, Hosts, Token, Tokens

DAY = 86_400.0
RSA = rsa.generate_private_key(65_537, 2_048)
ED25519 = ed25519.Ed25519PrivateKey.generate()


def pem(key: Any) -> bytes:
    made: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return made


def host(folder: Path, name: str, content: bytes) -> None:
    (folder / "host").mkdir(exist_ok=True)
    (folder / "host" / name).write_bytes(content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_first(tmp_path / "keys")
    return tmp_path / "keys"


def test_a_key_is_made_once_and_is_its_owners_alone(folder: Path) -> None:
    made = load(folder, DAY)
    make_first(folder)
    assert load(folder, DAY) == made
    assert [key.name for key in made.ours] == ["token"]
    assert stat.S_IMODE((folder / "token.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == ["token.key"]


def test_a_new_key_signs_once_everybody_has_it_and_the_old_one_is_read_on(folder: Path) -> None:
    now = 1_795_000_000.0
    assert rotate(folder, DAY, now) == "token-1795000000"
    ring = load(folder, DAY)
    assert [ring.signing(now + later).name for later in (0, SETTLE - 1, SETTLE)] == [
        "token",
        "token",
        ring.ours[0].name,
    ]
    over = now + SETTLE + LOOK + DAY
    assert [key.name for key in ring.named("token", over - 1)] == ["token"]
    assert ring.named("token", over) == []
    assert ring.named(ring.ours[0].name, over) == [ring.ours[0]]


def test_keys_that_nothing_lasts_of_are_thrown_away_at_the_next_change(folder: Path) -> None:
    now = 1_795_000_000.0
    rotate(folder, DAY, now)
    rotate(folder, DAY, now + DAY)
    assert len(load(folder, DAY).ours) == 3
    rotate(folder, DAY, now + 2 * DAY + 60)
    assert [key.since for key in load(folder, DAY).ours] == [now + 2 * DAY + 60, now + DAY]


def test_two_changes_in_one_second_are_two_keys(folder: Path) -> None:
    assert rotate(folder, DAY, 1_795_000_000.5) != rotate(folder, DAY, 1_795_000_000.5)
    assert len(load(folder, DAY).ours) == 3


def test_who_runs_takes_up_what_is_new_and_lets_go_of_what_is_gone(folder: Path) -> None:
    ring = Keyring(folder, DAY)
    now = [time.time()]
    tokens = Tokens(lambda: ring.ring, Hosts(), lambda: now[0])
    before = tokens.sign(Token("u_1", "Ada", "guest", time.time() + 60))
    name = rotate(folder, DAY, now[0])
    ring.renew()
    now[0] += SETTLE + 1
    after = tokens.sign(Token("u_1", "Ada", "guest", time.time() + 60))
    assert jwt.get_unverified_header(after)["kid"] == name
    assert tokens.read(before).id == tokens.read(after).id == "u_1"
    (folder / "token.key").unlink()
    ring.renew()
    with pytest.raises(BadToken, match="no such key"):
        tokens.read(before)
    assert tokens.read(after).id == "u_1"


def test_without_any_key_the_last_ones_stay(folder: Path) -> None:
    ring = Keyring(folder, DAY)
    kept = ring.ring
    (folder / "token.key").unlink()
    ring.renew()
    assert ring.ring == kept


def test_a_key_that_was_half_written_ends_the_start(folder: Path) -> None:
    (folder / "token.key").write_text("")
    with pytest.raises(BadKey, match="32 bytes"):
        Keyring(folder, DAY)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("shop.secret", b"  " + b"x" * 32 + b"\n", [("shop", "HS256")]),
        ("shop.pem", pem(RSA), [("shop", "RS256")]),
        ("shop.pem", pem(ED25519), [("shop", "EdDSA")]),
        (
            "shop.jwks.json",
            json.dumps(
                {
                    "keys": [
                        {**jwt.algorithms.RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True), "kid": "2026"},
                        jwt.algorithms.OKPAlgorithm.to_jwk(ED25519.public_key(), as_dict=True),
                    ]
                }
            ).encode(),
            [("2026", "RS256"), ("shop", "EdDSA")],
        ),
        ("notes.txt", b"nothing of ours", []),
    ],
)
def test_keys_of_sites_are_used_as_what_they_are(
    folder: Path, name: str, content: bytes, found: list[tuple[str, str]]
) -> None:
    host(folder, name, content)
    ring = load(folder, DAY)
    assert [(key.name, key.algorithm) for key in ring.hosts] == found
    assert ring.problems == ()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("shop.secret", b"x" * 31 + b"\n", "32 bytes or more, this has 31"),
        ("shop.pem", b"nothing", "shop.pem"),
        ("shop.pem", RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "private key"),
        ("shop.pem", pem(rsa.generate_private_key(65_537, 1_024)), "2048 bits or more, this has 1024"),
        ("shop.pem", pem(ec.generate_private_key(ec.SECP256R1())), "RS256 and EdDSA"),
        ("shop.jwks.json", b"{}", "no JSON Web Key Set"),
        ("shop.jwks.json", b"[", "shop.jwks.json"),
        ("shop.jwks.json", b'{"keys": [{"kty": "oct", "k": "eA"}]}', "RS256 and EdDSA"),
        ("shop.jwks.json", b'{"keys": ["eA"]}', "RS256 and EdDSA"),
        ("shop.jwks.json", b'{"keys": [{"kty": "RSA", "alg": "RS1"}]}', "RS256 and EdDSA"),
        ("shop.jwks.json", b'{"keys": [{"kty": "RSA", "use": "enc"}]}', "RS256 and EdDSA"),
    ],
)
def test_what_is_no_key_of_a_site_is_passed_over_and_told(folder: Path, name: str, content: bytes, words: str) -> None:
    host(folder, name, content)
    ring = load(folder, DAY)
    assert ring.hosts == () and ring.ours
    [problem] = ring.problems
    assert words in problem and name in problem
