"""Files over HTTP: `POST /files` takes them in, `GET /files/<id>/<name>` gives them to whoever may read the room."""
