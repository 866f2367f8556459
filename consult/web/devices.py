"""What a person recognises an open session by: the kind of browser and of device, and nothing finer."""

from flask import request

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
"""In this order: most browsers name others than themselves."""

DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)

UNKNOWN = "navigateur inconnu"


def device() -> str:
    """What this request comes from: « Firefox sur Windows »."""
    return label(request.user_agent.string)


def label(user_agent: str) -> str:
    """« Safari sur iPhone », from what a browser says of itself; « navigateur inconnu » when it says nothing we know."""
    browser = _named(BROWSERS, user_agent)
    where = _named(DEVICES, user_agent)
    return (f"{browser} sur {where}" if where else browser) if browser else UNKNOWN


def _named(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in names if mark in user_agent), "")
