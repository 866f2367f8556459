"""Each wrong setting stops the start with its name, what is wrong and an example; the right ones are read."""

from datetime import timedelta
from pathlib import Path

import pytest
from limits.storage import storage_from_string

from consult import create_app
from consult.config import Env, SettingError, Settings, from_environment
from consult.ground import clock
from consult.ground.clock import paris

KEY = "0123456789abcdef0123456789abcdef"
PRODUCTION = {
    "CONSULT_ENV": "production",
    "CONSULT_DATABASE_URL": "postgresql://consult@127.0.0.1/consult",
    "CONSULT_SECRET_KEY": KEY,
    "CONSULT_BASE_URL": "https://consultation.exemple.fr",
    "CONSULT_MAIL_URL": "smtps://consult:secret@smtp.exemple.fr:465",
    "CONSULT_MAIL_FROM": "ne-pas-repondre@exemple.fr",
}


def read(tmp_path: Path, base: dict[str, str], **changed: str | None) -> Settings:
    """The settings of this environment, changed; None removes one."""
    values = {"CONSULT_INSTANCE_DIR": str(tmp_path)} | base | changed
    return from_environment({name: value for name, value in values.items() if value is not None})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CONSULT_ENV", None, "manque"),
        ("CONSULT_ENV", "staging", "« staging »"),
        ("CONSULT_ENV", "PRODUCTION", "ni demo ni production"),
        ("CONSULT_DATABASE_URL", None, "manque"),
        ("CONSULT_DATABASE_URL", "mysql://127.0.0.1/consult", "sqlite:/// ou postgresql://"),
        ("CONSULT_DATABASE_URL", "consult.sqlite3", "sqlite:/// ou postgresql://"),
        ("CONSULT_SECRET_KEY", None, "manque"),
        ("CONSULT_SECRET_KEY", "", "manque"),
        ("CONSULT_SECRET_KEY", KEY[:31], "31 caractères"),
        ("CONSULT_BASE_URL", None, "manque"),
        ("CONSULT_BASE_URL", "consultation.exemple.fr", "n’est pas l’adresse d’un site"),
        ("CONSULT_BASE_URL", "ftp://consultation.exemple.fr", "n’est pas l’adresse d’un site"),
        ("CONSULT_BASE_URL", "https://exemple.fr/consultation", "sans chemin"),
        ("CONSULT_BASE_URL", "http://consultation.exemple.fr", "https"),
        ("CONSULT_BASE_URL", "https://[", "n’est pas l’adresse d’un site"),
        ("CONSULT_BASE_URL", "https://exemple.fr:port", "n’est pas l’adresse d’un site"),
        ("CONSULT_BASE_URL", "https://exemple.fr?page=1", "n’est pas l’adresse d’un site"),
        ("CONSULT_BASE_URL", "https://exemple.fr#haut", "n’est pas l’adresse d’un site"),
        ("CONSULT_BASE_URL", "https://compte@exemple.fr", "n’est pas l’adresse d’un site"),
        ("CONSULT_MAIL_FROM", None, "manque"),
        ("CONSULT_MAIL_FROM", "", "manque"),
        ("CONSULT_MAIL_FROM", "Consultation <site@exemple.fr>", "adresse seule"),
        ("CONSULT_MAIL_FROM", "site@exemple.fr, autre@exemple.fr", "adresse seule"),
        ("CONSULT_MAIL_FROM", "site", "adresse seule"),
        ("CONSULT_MAIL_FROM", ".site@exemple.fr", "adresse seule"),
        ("CONSULT_MAIL_URL", None, "manque"),
        ("CONSULT_MAIL_URL", "smtp://smtp.exemple.fr:port", "port"),
        ("CONSULT_MAIL_URL", "smtp://smtp.exemple.fr:0", "port"),
        ("CONSULT_MAIL_URL", "smtp://smtp.exemple.fr:65536", "port"),
        ("CONSULT_MAIL_URL", "smtps://compte:mot#secret@smtp.exemple.fr", "s’écrivent %"),
        ("CONSULT_MAIL_URL", "smtp://[", "le nom ou le port"),
        ("CONSULT_MAIL_URL", "file:", "file:DOSSIER"),
        ("CONSULT_MAIL_URL", "smtp.exemple.fr:25", "smtp://"),
        ("CONSULT_REDIS_URL", "127.0.0.1:6379", "redis://"),
        ("CONSULT_REDIS_URL", "unix:///run/redis.sock", "redis+unix://"),
        ("CONSULT_NOW", "2021-04-20T10:00:00+02:00", "refusée en production"),
        ("CONSULT_TRUSTED_PROXIES", "beaucoup", "« beaucoup »"),
        ("CONSULT_TRUSTED_PROXIES", "-1", "de 0 à 5"),
        ("CONSULT_TRUSTED_PROXIES", "6", "de 0 à 5"),
    ],
)
def test_a_wrong_setting_stops_the_start(tmp_path: Path, name: str, value: str | None, said: str) -> None:
    with pytest.raises(SettingError) as stopped:
        read(tmp_path, PRODUCTION, **{name: value})
    line = str(stopped.value)
    assert stopped.value.name == name
    assert line.startswith(f"{name} : ")
    assert said in line
    assert "\n" not in line
    if name != "CONSULT_NOW":
        assert f"Exemple : {name}=" in line


OIDC = {
    "CONSULT_OIDC_ISSUER": "https://fournisseur.exemple.fr/api/v2",
    "CONSULT_OIDC_CLIENT_ID": "consult",
    "CONSULT_OIDC_CLIENT_SECRET": "un secret",
}


@pytest.mark.parametrize("missing", list(OIDC))
@pytest.mark.parametrize("value", [None, "", " "])
def test_the_three_settings_of_a_provider_go_together(tmp_path: Path, missing: str, value: str | None) -> None:
    with pytest.raises(SettingError, match="vont ensemble") as stopped:
        read(tmp_path, PRODUCTION | OIDC, **{missing: value})
    assert stopped.value.name == missing
    assert f"Exemple : {missing}=" in str(stopped.value)


@pytest.mark.parametrize(
    "issuer",
    [
        "fournisseur.exemple.fr",
        "ftp://fournisseur.exemple.fr",
        "http://fournisseur.exemple.fr",
        "http://127.0.0.1:8001",
        "https://compte@fournisseur.exemple.fr",
        "https://fournisseur.exemple.fr?a=b",
        "https://fournisseur.exemple.fr#a",
        "https://fournisseur exemple.fr",
        "https://[",
        "https://fournisseur.exemple.fr/" + "a" * 255,
    ],
)
def test_a_provider_answers_over_https(tmp_path: Path, issuer: str) -> None:
    with pytest.raises(SettingError, match=r"Exemple : CONSULT_OIDC_ISSUER=https://") as stopped:
        read(tmp_path, PRODUCTION | OIDC, CONSULT_OIDC_ISSUER=issuer)
    assert stopped.value.name == "CONSULT_OIDC_ISSUER"


@pytest.mark.parametrize(
    ("issuer", "origin"),
    [("http://127.0.0.1:8001", "http://127.0.0.1:8001"), ("https://exemple.fr/api/v2/", "https://exemple.fr")],
)
def test_a_provider_of_a_demonstration_may_be_on_this_machine(tmp_path: Path, issuer: str, origin: str) -> None:
    oidc = read(tmp_path, {"CONSULT_ENV": "demo"} | OIDC, CONSULT_OIDC_ISSUER=issuer).oidc
    assert oidc is not None
    assert (oidc.issuer, oidc.origin) == (issuer, origin)


def test_a_provider_elsewhere_answers_over_https_even_to_a_demonstration(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="https"):
        read(tmp_path, {"CONSULT_ENV": "demo"} | OIDC, CONSULT_OIDC_ISSUER="http://fournisseur.exemple.fr")


def test_a_site_may_have_no_provider(tmp_path: Path) -> None:
    assert read(tmp_path, PRODUCTION).oidc is None
    assert read(tmp_path, PRODUCTION | OIDC).oidc is not None


@pytest.mark.parametrize("value", ["demain", "2021-04-20", "2021-04-20T10:00:00", "2021-13-01T10:00:00+02:00"])
def test_the_rehearsal_starts_at_an_instant(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingError, match="CONSULT_NOW"):
        read(tmp_path, {"CONSULT_ENV": "demo"}, CONSULT_NOW=value)


def test_the_example_of_each_setting_is_right(tmp_path: Path) -> None:
    for name in PRODUCTION:
        with pytest.raises(SettingError) as stopped:
            read(tmp_path, PRODUCTION, **{name: None})
        example = str(stopped.value).partition(f"{name}=")[2]
        if name != "CONSULT_SECRET_KEY":  # its example says how to make one
            read(tmp_path, PRODUCTION, **{name: example})


def test_older_keys_of_the_site_are_as_long_as_the_present_one(tmp_path: Path) -> None:
    name, first, second = "CONSULT_SECRET_KEY_FALLBACKS", "a" * 32, "b" * 40
    assert read(tmp_path, PRODUCTION).secret_key_fallbacks == ()
    assert read(tmp_path, PRODUCTION, **{name: f"{first}, {second},"}).secret_key_fallbacks == (first, second)
    with pytest.raises(SettingError, match="au moins 32"):
        read(tmp_path, PRODUCTION, **{name: f"{first},courte"})


def test_production_says_everything_itself(tmp_path: Path) -> None:
    settings = read(tmp_path, PRODUCTION)
    assert settings.env is Env.PRODUCTION
    assert settings.database_url == "postgresql+psycopg://consult@127.0.0.1/consult"
    assert settings.is_secure
    assert not settings.is_demo
    assert settings.rate_limits
    assert settings.trusted_proxies == 1
    assert settings.now is None
    assert settings.mail_from == "ne-pas-repondre@exemple.fr"


@pytest.mark.parametrize("url", ["redis://127.0.0.1:6379/0", "rediss://127.0.0.1:6379/0", "redis+unix:///run/redis.sock"])
def test_the_limiter_understands_each_address_of_redis(tmp_path: Path, url: str) -> None:
    settings = read(tmp_path, PRODUCTION, CONSULT_REDIS_URL=url)
    assert settings.redis_url == url
    assert storage_from_string(url)


def test_a_demonstration_needs_nothing(tmp_path: Path) -> None:
    settings = read(tmp_path, {"CONSULT_ENV": "demo"})
    assert settings.is_demo
    assert not settings.is_secure
    assert settings.database_url == f"sqlite:///{tmp_path}/demo.sqlite3"
    assert settings.mail_url == f"file:{tmp_path}/mail"
    assert settings.trusted_proxies == 0


def test_a_demonstration_keeps_the_key_it_made(tmp_path: Path) -> None:
    first, second = (read(tmp_path, {"CONSULT_ENV": "demo"}).secret_key for _ in range(2))
    assert first == second
    assert len(first) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0, "for its owner only"


def test_the_clock_of_a_rehearsal_starts_with_the_application(tmp_path: Path) -> None:
    settings = read(tmp_path, {"CONSULT_ENV": "demo"}, CONSULT_NOW="2021-04-20T10:00:00+02:00")
    try:
        create_app(settings)
        assert timedelta() <= clock.now() - paris(2021, 4, 20, 10) < timedelta(minutes=1)
    finally:
        clock.stop_rehearsing()


@pytest.mark.parametrize("scheme", ["postgres://", "postgresql://", "postgresql+psycopg://"])
def test_the_usual_addresses_of_postgresql_are_understood(tmp_path: Path, scheme: str) -> None:
    settings = read(tmp_path, PRODUCTION, CONSULT_DATABASE_URL=f"{scheme}consult@127.0.0.1/consult")
    assert settings.database_url == "postgresql+psycopg://consult@127.0.0.1/consult"


def test_the_last_slash_of_the_address_is_not_a_path(tmp_path: Path) -> None:
    address = "https://consultation.exemple.fr"
    assert read(tmp_path, PRODUCTION, CONSULT_BASE_URL=f"{address}/").base_url == address
