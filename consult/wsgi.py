"""What a server runs: `gunicorn consult.wsgi:app`."""

from consult import create_app

app = create_app()
