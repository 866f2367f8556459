"""Commands run as an operator runs them: another process, its settings in the environment."""

import os
import subprocess
import sys
from pathlib import Path

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


def start(environ: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """Run a command that does not end by itself: the test ends it, and no other."""
    return subprocess.Popen(
        [CONSULT, *arguments], env=environ, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
