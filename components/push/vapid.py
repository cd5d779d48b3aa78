"""What a push service is sent: words that only one browser can read (RFC 8291), and by whom they are (RFC 8292)."""

from urllib.parse import urlsplit

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from .keys import Key
from .rules import Device, decoded

LASTS = 12 * 3_600.0
"""Seconds that a signature is good; push services take no more than a day."""
AGAIN = 3_600.0
"""Seconds for which it is used."""
POINT, SECRET = 65, 16
"""Bytes of a browser's key, and of the secret beside it."""


class Signatures:
    """By whom something is, for each push service; kept for a while, since making one costs as much as the rest."""

    def __init__(self, contact: str) -> None:
        self._contact = contact
        self._made: dict[tuple[str, str], tuple[float, str]] = {}

    def of(self, endpoint: str, key: Key, now: float) -> str:
        """Write the `Authorization` header for a push service."""
        url = urlsplit(endpoint)
        origin = f"{url.scheme}://{url.netloc}"
        at, header = self._made.get((origin, key.public), (0.0, ""))
        if not at <= now < at + AGAIN or not header:
            claims = {"aud": origin, "exp": int(now + LASTS), "sub": self._contact}
            header = f"vapid t={jwt.encode(claims, key.private, 'ES256')}, k={key.public}"
            self._forget(now)
            self._made[origin, key.public] = now, header
        return header

    def _forget(self, now: float) -> None:
        self._made = {what: made for what, made in self._made.items() if made[0] <= now < made[0] + AGAIN}


def encrypt(payload: bytes, device: Device) -> bytes:
    """Encrypt for the browser of a device (`aes128gcm`)."""
    once = ec.generate_private_key(ec.SECP256R1())
    receiver, secret = decoded(device.p256dh), decoded(device.auth)
    return http_ece.encrypt(payload, private_key=once, dh=receiver, auth_secret=secret, version="aes128gcm")  # type: ignore[no-any-return]


def can_encrypt(p256dh: str, auth: str) -> bool:
    """Say whether these are the keys of a browser."""
    try:
        point, secret = decoded(p256dh), decoded(auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == POINT and len(secret) == SECRET
