"""gunicorn, run from here: as the server of a demonstration, in this process, with its mail sent by a thread."""

import threading
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from consult.ground.database import db

MAIL_EVERY_SECONDS = 1.0


class DemoServer(BaseApplication):  # type: ignore[misc]
    """One process, so that the rehearsal clock is everybody's; threads, because a browser keeps connections open."""

    def __init__(self, app: Flask, port: int) -> None:
        self.app = app
        self.port = port
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": f"127.0.0.1:{self.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": 8,
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_worker_init": self._post_worker_init,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app

    def _post_worker_init(self, _worker: Any) -> None:
        threading.Thread(target=send_mail_forever, args=(self.app,), daemon=True).start()


def serve_demo(app: Flask, port: int) -> None:
    """Serve until stopped. What the parent read of the base is closed first: a connection does not cross a fork."""
    with app.app_context():
        db.engine.dispose()
    DemoServer(app, port).run()


def send_mail_forever(app: Flask, stop: threading.Event | None = None) -> None:
    """Empty the outbox, again and again, until `stop` is set: what `consult work` does in production."""
    from consult.cli.site import work_on

    stop = stop or threading.Event()
    with app.app_context():
        while not stop.wait(MAIL_EVERY_SECONDS):
            work_on(stop)
