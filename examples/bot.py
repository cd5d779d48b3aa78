"""A bot: it greets who mentions it, and rolls dice for who types `/roll`. docs/how-to/bots.md says how it comes in."""

from pathlib import Path
from random import randint

from autobahn.twisted.component import Component, run

key = Path(".crossbar/keys/components/helper.key").read_text().strip()
node = {"type": "rawsocket", "url": "rs://unix:.crossbar/run/router1.sock", "serializer": "cbor", "max_retries": -1}
sign_in = {"cryptosign": {"authid": "helper", "privkey": key}}
bot = Component(transports=node, realm="openline", authentication=sign_in)


@bot.register("app.helper.on_mention")
async def greet(room, text, by, message, thread):
    """Answer words that mention the bot; the node posts what it answers beside them."""
    return {"post": f"Hello {by['name']}! Type /roll, and I roll a die for you."}


@bot.register("app.helper.command_roll")
async def roll(room, text="", thread=None):
    """Answer a command: the page posts what it answers for who gave it, and shows `tell` to them alone."""
    if text and not text.strip().isdecimal():
        return {"tell": "How many sides has your die? /roll 20"}
    return {"post": f"🎲 {randint(1, max(1, int(text or 6)))}"}


run([bot])
