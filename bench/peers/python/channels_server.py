"""Django Channels as its tutorial sets it up, on Daphne: a group, and a consumer that echoes.

`channels_server.py PORT [REDIS_PORT]`: with the layer for one process, or with the one for several.
"""

import gc
import logging
import signal
import sys

import django
from django.conf import settings

LAYERS = {
    2: {"BACKEND": "channels.layers.InMemoryChannelLayer"},
    3: {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # It waits five seconds for messages, and longer than this release of redis-py has patience.
        "CONFIG": {"hosts": [{"address": f"redis://127.0.0.1:{sys.argv[-1]}", "socket_timeout": None}]},
    },
}

settings.configure(
    SECRET_KEY="for the bench alone",
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={"default": LAYERS[len(sys.argv)]},
)
django.setup()
logging.basicConfig(level="WARNING")

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from daphne.server import Server  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path  # noqa: E402


class Fan(AsyncWebsocketConsumer):
    """What one says goes to all others of the group."""

    async def connect(self) -> None:
        await self.channel_layer.group_add("bench", self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard("bench", self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.channel_layer.group_send("bench", {"type": "said", "text": text_data, "by": self.channel_name})

    async def said(self, event: dict[str, str]) -> None:
        if event["by"] != self.channel_name:
            await self.send(text_data=event["text"])


class Echo(AsyncWebsocketConsumer):
    """What one says comes back."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.send(text_data=text_data)


application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter([path("fan", Fan.as_asgi()), path("echo", Echo.as_asgi())]),
    }
)
signal.signal(signal.SIGUSR2, lambda *_: gc.collect())
Server(application, endpoints=[f"tcp:port={sys.argv[1]}:interface=127.0.0.1"], signal_handlers=True).run()
