"""nginx in front of a node, as somebody sets it up who has not thought of answers that must not wait."""

import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from tests.support.node import ROOT, free_port, wait_for

CONFIGURATION = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_set_header Host $http_host;
      proxy_request_buffering on;
      proxy_buffering on;
      proxy_ignore_headers X-Accel-Buffering;
      {more}
    }}
  }}
}}
"""


WEBSOCKET = """
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
"""
"""What nginx has to be told before it lets WebSockets through."""


def nginx() -> str:
    """Find nginx: Debian keeps it where only root looks, and `make tools` unpacks one that is not installed."""
    found = shutil.which("nginx", path=f"{ROOT}/build/nginx/usr/sbin:/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    assert found, "there is no nginx: run `make tools`"
    return found


class Nginx:
    """A proxy that takes whole requests before it passes them on, and whole answers before it gives them back."""

    def __init__(self, behind: int, more: str = "") -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="openline-nginx-", ignore_cleanup_errors=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        folder = Path(self._temporary.name)
        file = folder / "nginx.conf"
        file.write_text(CONFIGURATION.format(folder=folder, port=self.port, behind=behind, more=more))
        self._process = subprocess.Popen(
            [nginx(), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(file)], stdin=subprocess.DEVNULL
        )

    def __enter__(self) -> "Nginx":
        wait_for(self._answers, "nginx did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._temporary.cleanup()

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(self.url, timeout=5)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True
