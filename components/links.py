"""Links for people: to a page of the node, where a code is used."""


def link(base: str, what: str, code: str) -> str:
    """Write where a code is used: `https://line.example.com/#/reset/…`.

    What is behind the `#` stays in the browser: no server and no proxy writes it into a log.
    """
    return f"{base}/#/{what}/{code}"
