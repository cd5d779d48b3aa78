"""A real S3 server (SeaweedFS), one for a whole run of tests; whoever asks has a place of their own in its bucket."""

import atexit
import json
import shutil
import subprocess
import sys
import time
from functools import cache
from itertools import count
from pathlib import Path
from secrets import token_hex
from tempfile import mkdtemp

import urllib3
from minio import Minio

from components.bucket import BucketSettings

from .node import free_port

ACCESS, SECRET = "openline", token_hex(16)
_numbers = count(1)
START = 60.0


@cache
def server() -> str:
    """Start the server, and answer where it is."""
    folder = Path(mkdtemp(prefix="openline-s3-"))
    ports = {name: free_port() for name in ("s3", "master", "volume", "filer")}
    who = {"name": "test", "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}], "actions": ["Admin"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [who]}))
    weed = str(Path(sys.executable).with_name("weed"))
    command = [weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", "-filer"]
    command += [f"-s3.port={ports['s3']}", f"-s3.config={folder / 's3.json'}", "-volume.max=20"]
    command += [f"-{part}.port={ports[part]}" for part in ("master", "volume", "filer")]
    command += [f"-{part}.port.grpc={free_port()}" for part in ("master", "volume", "filer", "s3")]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    atexit.register(_end, process, folder)
    return f"http://127.0.0.1:{ports['s3']}"


def bucket(keys: Path) -> BucketSettings:
    """Make a place in a bucket, and say how a node finds it, whose keys folder this is."""
    name, prefix = _bucket(), f"{next(_numbers)}/"
    secret = keys / "s3.secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    return BucketSettings(endpoint=server(), name=name, prefix=prefix, access_key=ACCESS, secret_key_file="s3.secret")


@cache
def _bucket() -> str:
    endpoint, name = server(), f"files-{token_hex(3)}"
    once = urllib3.PoolManager(retries=urllib3.Retry(0), timeout=5)
    client = Minio(endpoint.removeprefix("http://"), ACCESS, SECRET, secure=False, region="us-east-1", http_client=once)
    _until(lambda: client.make_bucket(name))
    return name


def _until(act: object) -> None:
    deadline = time.monotonic() + START
    while True:
        try:
            act()  # type: ignore[operator]
            return
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _end(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)
