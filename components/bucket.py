"""An S3-compatible bucket, as `openline.yaml` names it."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .provider import IN_KEYS, is_safe, read_secret


def _endpoint(url: str) -> str:
    if not is_safe(url) or urlsplit(url).path not in ("", "/") or "?" in url:
        raise ValueError("expected an address such as https://s3.example.com; http is for this machine alone")
    return url


class BucketSettings(BaseModel):
    """Which bucket, and by which key. Its secret lies in the keys folder, and is in no setting."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: Annotated[str, AfterValidator(_endpoint)]
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] = "us-east-1"
    prefix: Annotated[str, Field(pattern=r"^([A-Za-z0-9_.-]+/)*$")] = ""
    """What the names of all objects begin with, such as `openline/`."""
    access_key: Annotated[str, Field(pattern=r"^[\x21-\x7e]{3,128}$")]
    secret_key_file: Annotated[str, Field(pattern=IN_KEYS)]
    """In the keys folder."""

    def secret(self, keys: Path) -> str:
        """Read the secret key. Raises `BadSecret`."""
        return read_secret(keys / self.secret_key_file)
