"""An S3-compatible bucket for the bytes of files. Needs the extra `s3`: `pip install openline[s3]`. It blocks."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import S3Error

from components.bucket import BucketSettings

from .blobs import PIECE

_MISSING = ("NoSuchKey", "NoSuchObject", "404")
_PATIENCE = urllib3.Timeout(connect=5, read=30)
_TRIES = urllib3.Retry(total=3, backoff_factor=0.3, status_forcelist=(500, 502, 503, 504))


class Bucket:
    """Bytes in a bucket, below a prefix."""

    def __init__(self, client: Minio, bucket: str, prefix: str) -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix

    @classmethod
    def open(cls, settings: BucketSettings, keys: Path) -> "Bucket":
        """Make what talks to a bucket; nothing is said to it yet. Raises `BadSecret`."""
        client = Minio(
            urlsplit(settings.endpoint).netloc,
            access_key=settings.access_key,
            secret_key=settings.secret(keys),
            secure=settings.endpoint.startswith("https:"),
            region=settings.region,
            http_client=urllib3.PoolManager(timeout=_PATIENCE, retries=_TRIES, maxsize=16),
        )
        return cls(client, settings.name, settings.prefix)

    def put(self, name: str, source: Path) -> None:
        self._client.fput_object(self._bucket, self._prefix + name, str(source))

    def size(self, name: str) -> int | None:
        try:
            return self._client.stat_object(self._bucket, self._prefix + name).size
        except S3Error as error:
            if error.code in _MISSING:
                return None
            raise

    def read(self, name: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        if length == 0:
            return
        try:
            answer = self._client.get_object(self._bucket, self._prefix + name, offset=start, length=length or 0)
        except S3Error as error:
            if error.code in _MISSING:
                raise FileNotFoundError(name) from error
            raise
        try:
            yield from answer.stream(PIECE)
        finally:
            answer.close()
            answer.release_conn()

    def remove(self, name: str) -> None:
        self._client.remove_object(self._bucket, self._prefix + name)

    def names(self) -> Iterator[str]:
        for one in self._client.list_objects(self._bucket, prefix=self._prefix, recursive=True):
            yield str(one.object_name).removeprefix(self._prefix)
