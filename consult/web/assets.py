"""Style sheets, scripts and pictures: compressed once, and kept for ever under an address that changes with their content."""

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

import flask_bootstrap
from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from consult.config import Settings
from consult.web.headers import HSTS, ON_EVERY_ANSWER

STATIC = Path(__file__).parent.parent.parent / "static"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "css" / "bootstrap.min.css"


def init_app(app: Flask, settings: Settings) -> None:
    """Serve `static/` and Bootstrap's style sheet, each file under `/static/<version>/`."""
    sources = {str(file.relative_to(STATIC)): file for file in sorted(STATIC.rglob("*")) if file.is_file()}
    sources["bootstrap/css/bootstrap.min.css"] = BOOTSTRAP
    version = _version(sources)
    folder = _published(sources, settings.instance_dir / "assets" / version)

    app.add_url_rule("/static/<version>/<path:filename>", endpoint="static", build_only=True)
    app.add_url_rule("/static/<version>/bootstrap/<path:filename>", endpoint="bootstrap.static", build_only=True)

    @app.url_defaults
    def _add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint in {"static", "bootstrap.static"}:
            values["version"] = version

    def _dress(headers: Any, _path: str, _url: str) -> None:
        for name, value in ON_EVERY_ANSWER.items():
            headers[name] = value
        if settings.is_secure:
            headers["Strict-Transport-Security"] = HSTS

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(folder),
        prefix=f"static/{version}",
        allow_all_origins=False,
        add_headers_function=_dress,
        immutable_file_test=lambda _path, _url: True,
    )


def _version(sources: dict[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, file in sources.items():
        digest.update(name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _published(sources: dict[str, Path], folder: Path) -> Path:
    """The files and their compressed copies, laid in `folder` unless they already are."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
        building.chmod(0o755)
        compressor = Compressor(quiet=True)
        for name, file in sources.items():
            target = building / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            if compressor.should_compress(name):
                compressor.compress(str(target))
        try:
            building.replace(folder)
        except OSError:  # another process has just laid the same files
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return folder
