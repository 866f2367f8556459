"""Settings from the environment. A missing or wrong one stops the start, with its name, what is wrong and an example."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, urlsplit


class Env(StrEnum):
    """What kind of site this is. A demonstration opens every door that would be a hole in production."""

    DEMO = "demo"
    PRODUCTION = "production"


class SettingError(ValueError):
    """A setting that stops the start."""

    def __init__(self, name: str, problem: str, example: str) -> None:
        super().__init__(f"{name} : {problem} Exemple : {name}={example}")
        self.name = name


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The OIDC provider that people may sign in through, such as ProConnect, and who this site is to it."""

    issuer: str
    client_id: str
    client_secret: str
    patience: float = 4.0
    """Seconds it has to answer a request."""

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a content security policy names."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator decides. Nothing else in the code reads the environment."""

    env: Env
    database_url: str
    secret_key: str
    base_url: str
    instance_dir: Path
    mail_url: str
    mail_from: str = "ne-pas-repondre@consult.invalid"
    redis_url: str | None = None
    now: datetime | None = None
    trusted_proxies: int = 0
    site_name: str = "Construisons ensemble"
    site_tagline: str = "des services numériques qui répondent à vos besoins"
    operator: str = "Opérateur non renseigné (réglage CONSULT_OPERATOR)"
    contact: str = ""
    rate_limits: bool = True
    oidc: OidcSettings | None = None
    secret_key_fallbacks: tuple[str, ...] = ()
    """The keys before this one: what they signed or sealed is still read."""

    @property
    def is_demo(self) -> bool:
        return self.env is Env.DEMO

    @property
    def is_secure(self) -> bool:
        """Served over HTTPS: cookies are Secure and `__Host-`."""
        return self.base_url.startswith("https://")


def from_environment(environ: Mapping[str, str]) -> Settings:
    """Read and check every setting. Raises SettingError for the first one that is wrong."""
    env = _env(environ)
    demo = env is Env.DEMO
    instance_dir = Path(environ.get("CONSULT_INSTANCE_DIR", "instance")).absolute()
    return Settings(
        env=env,
        database_url=_database_url(environ, instance_dir, demo=demo),
        secret_key=_secret_key(environ, instance_dir, demo=demo),
        secret_key_fallbacks=_secret_key_fallbacks(environ),
        base_url=_base_url(environ, demo=demo),
        instance_dir=instance_dir,
        mail_url=_mail_url(environ, instance_dir, demo=demo),
        mail_from=_mail_from(environ, demo=demo),
        redis_url=_redis_url(environ),
        now=_now(environ, demo=demo),
        trusted_proxies=_trusted_proxies(environ, demo=demo),
        site_name=environ.get("CONSULT_SITE_NAME", "Construisons ensemble"),
        site_tagline=environ.get("CONSULT_SITE_TAGLINE", "des services numériques qui répondent à vos besoins"),
        operator=environ.get("CONSULT_OPERATOR", "Opérateur non renseigné (réglage CONSULT_OPERATOR)"),
        contact=environ.get("CONSULT_CONTACT", ""),
        oidc=_oidc(environ, demo=demo),
    )


def _env(environ: Mapping[str, str]) -> Env:
    value = environ.get("CONSULT_ENV", "")
    try:
        return Env(value)
    except ValueError:
        problem = f"« {value} » n’est ni demo ni production." if value else "ce réglage manque."
        raise SettingError("CONSULT_ENV", problem, "production") from None


def _database_url(environ: Mapping[str, str], instance_dir: Path, *, demo: bool) -> str:
    name, example = "CONSULT_DATABASE_URL", "postgresql+psycopg://consult:secret@127.0.0.1/consult"
    url = environ.get(name) or (f"sqlite:///{instance_dir / 'demo.sqlite3'}" if demo else "")
    if not url:
        raise SettingError(name, "ce réglage manque.", example)
    url = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingError(name, "il faut une adresse sqlite:/// ou postgresql://.", example)
    return url


def _secret_key(environ: Mapping[str, str], instance_dir: Path, *, demo: bool) -> str:
    name = "CONSULT_SECRET_KEY"
    example = "une valeur de 32 caractères ou plus, par exemple celle de : openssl rand -hex 32"
    key = environ.get(name, "")
    if not key and demo:
        return _kept_key(instance_dir)
    if not key:
        raise SettingError(name, "ce réglage manque.", example)
    if len(key) < 32:
        raise SettingError(name, f"{len(key)} caractères, il en faut au moins 32.", example)
    return key


def _secret_key_fallbacks(environ: Mapping[str, str]) -> tuple[str, ...]:
    name = "CONSULT_SECRET_KEY_FALLBACKS"
    keys = tuple(key.strip() for key in environ.get(name, "").split(",") if key.strip())
    for key in keys:
        if len(key) < 32:
            raise SettingError(
                name, f"une clé de {len(key)} caractères, il en faut au moins 32.", "les anciennes clés,séparées"
            )
    return keys


def _kept_key(instance_dir: Path) -> str:
    """A demonstration makes its own key once, and keeps it beside its base."""
    file = instance_dir / "secret_key"
    if not file.exists():
        instance_dir.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()


def _base_url(environ: Mapping[str, str], *, demo: bool) -> str:
    name, example = "CONSULT_BASE_URL", "https://consultation.exemple.fr"
    url = environ.get(name, "").rstrip("/") or ("http://127.0.0.1:8000" if demo else "")
    if not url:
        raise SettingError(name, "ce réglage manque.", example)
    parts = _address(url)
    if not parts or parts.scheme not in {"http", "https"} or parts.path or parts.username is not None:
        raise SettingError(name, f"« {url} » n’est pas l’adresse d’un site (https://nom, sans chemin).", example)
    if parts.scheme == "http" and not demo:
        raise SettingError(name, "en production le site est servi en https.", example)
    return url


def _mail_url(environ: Mapping[str, str], instance_dir: Path, *, demo: bool) -> str:
    name, example = "CONSULT_MAIL_URL", "smtps://compte:secret@smtp.exemple.fr:465"
    url = environ.get(name) or (f"file:{instance_dir / 'mail'}" if demo else "")
    if not url:
        raise SettingError(name, "ce réglage manque.", example)
    if not re.match(r"^(file:.+|smtps?://[^/]+/?$)", url):
        raise SettingError(name, "il faut file:DOSSIER, smtp://… ou smtps://….", example)
    if not url.startswith("file:") and not _address(url):
        raise SettingError(name, "le nom ou le port du serveur est faux (dans un mot de passe, / ? # s’écrivent %…).", example)
    return url


def _address(url: str) -> SplitResult | None:
    """The parts of `scheme://host[:port]`, or None when it is not that, or asks for more."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return None if not parts.hostname or port == 0 or re.search(r"[?#\\\s]", url) else parts


def _mail_from(environ: Mapping[str, str], *, demo: bool) -> str:
    name, example = "CONSULT_MAIL_FROM", "ne-pas-repondre@exemple.fr"
    value = environ.get(name) or ("ne-pas-repondre@consult.invalid" if demo else "")
    if not value:
        raise SettingError(name, "ce réglage manque.", example)
    if not re.fullmatch(r"[\w%+-]+(\.[\w%+-]+)*@[a-z0-9-]+(\.[a-z0-9-]+)+", value, re.ASCII | re.IGNORECASE):
        raise SettingError(name, f"« {value} » n’est pas une adresse seule (sans nom ni chevrons).", example)
    return value


def _redis_url(environ: Mapping[str, str]) -> str | None:
    name = "CONSULT_REDIS_URL"
    url = environ.get(name) or None
    if url and not url.startswith(("redis://", "rediss://", "redis+unix://")):
        raise SettingError(name, "il faut une adresse redis://, rediss:// ou redis+unix://.", "redis://127.0.0.1:6379/0")
    return url


def _now(environ: Mapping[str, str], *, demo: bool) -> datetime | None:
    name, example = "CONSULT_NOW", "2021-04-20T10:00:00+02:00"
    value = environ.get(name, "")
    if not value:
        return None
    if not demo:
        raise SettingError(name, "l’horloge de répétition est refusée en production : retirez ce réglage.", "")
    return instant(name, value, example)


def instant(name: str, value: str, example: str) -> datetime:
    """An ISO 8601 instant with its offset. Raises SettingError naming `name`."""
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise SettingError(name, f"« {value} » n’est pas un instant ISO 8601.", example) from None
    if parsed.tzinfo is None:
        raise SettingError(name, f"« {value} » ne dit pas son décalage horaire.", example)
    return parsed


def _trusted_proxies(environ: Mapping[str, str], *, demo: bool) -> int:
    name = "CONSULT_TRUSTED_PROXIES"
    value = environ.get(name, "0" if demo else "1")
    if not value.isdecimal() or int(value) > 5:
        raise SettingError(name, f"« {value} » n’est pas un nombre de relais de 0 à 5.", "1")
    return int(value)


_OIDC_EXAMPLES = {
    "CONSULT_OIDC_ISSUER": "https://fournisseur.exemple.fr/api/v2",
    "CONSULT_OIDC_CLIENT_ID": "l’identifiant que le fournisseur a donné à ce site",
    "CONSULT_OIDC_CLIENT_SECRET": "le secret qu’il a donné avec lui",
}


def _oidc(environ: Mapping[str, str], *, demo: bool) -> OidcSettings | None:
    values = {name: environ.get(name, "").strip() for name in _OIDC_EXAMPLES}
    if not any(values.values()):
        return None
    for name, value in values.items():
        if not value:
            raise SettingError(
                name, "ce réglage manque : les trois réglages CONSULT_OIDC_… vont ensemble.", _OIDC_EXAMPLES[name]
            )
    issuer, client_id, client_secret = values.values()
    _check_issuer(issuer, demo=demo)
    return OidcSettings(issuer, client_id, client_secret)


def _check_issuer(issuer: str, *, demo: bool) -> None:
    name, example = "CONSULT_OIDC_ISSUER", _OIDC_EXAMPLES["CONSULT_OIDC_ISSUER"]
    parts = _address(issuer)
    if not parts or parts.scheme not in {"http", "https"} or parts.username is not None or len(issuer) > 255:
        raise SettingError(name, f"« {issuer} » n’est pas l’adresse d’un fournisseur.", example)
    if parts.scheme == "http" and not (demo and parts.hostname in {"127.0.0.1", "localhost", "::1"}):
        raise SettingError(name, "un fournisseur répond en https (en http sur cette machine seule, en démonstration).", example)
