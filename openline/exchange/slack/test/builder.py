"""Exports as Slack makes them: https://slack.com/help/articles/220556107-How-to-read-Slack-data-exports.

Times are those of messages; a message is written on its day, in the file of its channel.
"""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class SlackExport:
    """A workspace that is being put together."""

    def __init__(self) -> None:
        self.users: list[dict[str, Any]] = []
        self._lists: dict[str, list[dict[str, Any]]] = {"channels.json": []}
        self._messages: dict[str, list[dict[str, Any]]] = {}

    def user(self, id: str, name: str, display: str = "", real: str = "", **more: Any) -> str:
        profile = {"real_name": real, "display_name": display, "image_72": f"https://secure.gravatar.com/{id}.jpg"}
        about = {"id": id, "team_id": "T0001", "name": name, "deleted": False, "real_name": real, "profile": profile}
        self.users.append({**about, "tz": "Europe/Berlin", "is_bot": False, **more})
        return id

    def channel(self, name: str, *members: str, kind: str = "channels", **more: Any) -> str:
        id = f"C{len(self._messages) + 1:04}"
        about = {"id": id, "name": name, "created": 1_700_000_000, "creator": members[0], "members": members}
        nothing = {"value": "", "creator": "", "last_set": 0}
        about |= {"is_archived": False, "is_general": False, "topic": nothing, "purpose": nothing}
        self._lists.setdefault(f"{kind}.json", []).append({**about, **more})
        self._messages[name] = []
        return name

    def dm(self, id: str, *members: str) -> str:
        self._lists.setdefault("dms.json", []).append({"id": id, "created": 1_700_000_000, "members": members})
        self._messages[id] = []
        return id

    def message(self, channel: str, user: str, text: str, ts: str, **more: Any) -> str:
        about = {"client_msg_id": f"c-{ts}", "type": "message", "user": user, "text": text, "ts": ts, "team": "T0001"}
        self._messages[channel].append({**about, **more})
        return ts

    def written(self, path: Path, **others: str) -> Path:
        """Write the archive; `others` are files to write otherwise."""
        with zipfile.ZipFile(path, "w") as archive:
            files: dict[str, Any] = {"users.json": self.users, "integration_logs.json": [], **self._lists}
            for channel, messages in self._messages.items():
                for message in messages:
                    day = datetime.fromtimestamp(float(message["ts"]), UTC).date().isoformat()
                    files.setdefault(f"{channel}/{day}.json", []).append(message)
            for name, content in files.items():
                archive.writestr(name, others.get(name, json.dumps(content, indent=4)))
        return path
