"""Commands as an operator runs them: in this process for speed, in another one where the process itself matters."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from consult.cli import main
from consult.config import Settings
from tests.architecture.sources import ROOT

CONSULT = str(Path(sys.executable).with_name("consult"))


def environment(settings: Settings, **changed: str | None) -> dict[str, str]:
    """The settings as an environment says them, nothing inherited that could change them; None removes one."""
    values: dict[str, str | None] = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "CONSULT_ENV": settings.env.value,
        "CONSULT_DATABASE_URL": settings.database_url,
        "CONSULT_SECRET_KEY": settings.secret_key,
        "CONSULT_BASE_URL": settings.base_url,
        "CONSULT_INSTANCE_DIR": str(settings.instance_dir),
        "CONSULT_MAIL_URL": settings.mail_url,
        "CONSULT_MAIL_FROM": settings.mail_from,
        "CONSULT_REDIS_URL": settings.redis_url,
        "CONSULT_NOW": settings.now.isoformat() if settings.now else None,
        "CONSULT_TRUSTED_PROXIES": str(settings.trusted_proxies),
    }
    return {name: value for name, value in (values | changed).items() if value is not None}


def consult(environ: dict[str, str], *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [CONSULT, *arguments], env=environ, cwd=ROOT, capture_output=True, text=True, check=False, timeout=timeout
    )


def start(environ: dict[str, str], *arguments: str, output: IO[str] | None = None) -> subprocess.Popen[str]:
    """Run a command that does not end by itself: the test ends it, and no other. What it says goes to `output`, or waits."""
    return subprocess.Popen(
        [CONSULT, *arguments],
        env=environ,
        cwd=ROOT,
        stdout=output or subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: exit code, standard output and standard error, their no-break spaces made plain."""

    code: int
    said: str
    errors: str


class Operator:
    """Runs commands in this process, with the settings of an application in the environment."""

    def __init__(self, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.settings = settings
        self.monkeypatch = monkeypatch
        self.capsys = capsys

    def __call__(self, *arguments: str, **changed: str | None) -> Ended:
        """Run a command to its end; keyword arguments change the environment."""
        code = 0
        self.capsys.readouterr()
        with self.monkeypatch.context() as patched:
            for name in [name for name in os.environ if name.startswith("CONSULT_")]:
                patched.delenv(name)
            for name, value in environment(self.settings, **changed).items():
                patched.setenv(name, value)
            try:
                main(list(arguments))
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
        said, errors = (text.replace("\u00a0", " ") for text in self.capsys.readouterr())
        return Ended(code, said, errors)
