"""Check the node's two configuration files, and name the line of every mistake."""

import argparse
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from components import settings_file
from components.document import Mistakes
from components.provider import BadSecret
from openline.say import say
from router import config_file
from router.edge.tls import BadCertificate, certificate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing."""


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Print the mistakes, or that there are none."""
    found = mistakes(folder, environ)
    for line in found:
        say(line)
    if not found:
        say(f"{folder}: {config_file.FILE} and {settings_file.FILE} are fine.")
    return 1 if found else 0


def mistakes(folder: Path, environ: Mapping[str, str]) -> list[str]:
    """List what is wrong with both files, a line each."""
    return [
        *_of(partial(config_file.check, folder)),
        *(_of(partial(settings_file.load, folder, environ)) or _check_files(folder, environ)),
    ]


def _check_files(folder: Path, environ: Mapping[str, str]) -> list[str]:
    """List what is wrong with the files that the settings name."""
    return [
        line
        for check in (_check_certificate, _check_secrets, _check_bucket)
        for line in _of(partial(check, folder, environ))
    ]


def _check_secrets(folder: Path, environ: Mapping[str, str]) -> None:
    """Read what the providers know us by, as the node will."""
    settings = settings_file.load(folder, environ)
    keys = settings_file.places(folder, settings).keys
    try:
        for provider in settings.oidc:
            provider.secret(keys)
    except BadSecret as error:
        raise Mistakes([f"{settings_file.FILE}: oidc: {error}"]) from None


def _check_bucket(folder: Path, environ: Mapping[str, str]) -> None:
    """Read the secret of the bucket for files, and find the library that talks to it."""
    settings = settings_file.load(folder, environ)
    if settings.files.bucket is None:
        return
    try:
        settings.files.bucket.secret(settings_file.places(folder, settings).keys)
    except BadSecret as error:
        raise Mistakes([f"{settings_file.FILE}: files.bucket: {error}"]) from None
    if find_spec("minio") is None:
        raise Mistakes([f"{settings_file.FILE}: files.bucket: buckets need one more package: pip install openline[s3]"])


def _check_certificate(folder: Path, environ: Mapping[str, str]) -> None:
    """Load the certificate as the node will."""
    try:
        certificate(settings_file.load(folder, environ).tls, folder)
    except BadCertificate as error:
        raise Mistakes([f"{settings_file.FILE}: tls: {error}"]) from None


def _of(check: Callable[[], object]) -> list[str]:
    try:
        check()
    except Mistakes as found:
        return found.lines
    return []
