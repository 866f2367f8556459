"""Bare Flask extensions, bound to the application in `create_app`."""

from ipaddress import ip_network

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_wtf import CSRFProtect


def computer() -> str:
    """The address that a request comes from. One subscriber has a whole /64 of IPv6 to himself: it is one computer."""
    address = get_remote_address()
    return str(ip_network((address, 64), strict=False)) if ":" in address else address


csrf = CSRFProtect()
login = LoginManager()
limiter = Limiter(computer, strategy="fixed-window")
