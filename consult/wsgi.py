"""What a server runs: `gunicorn consult.wsgi:app`."""

from consult import create_app
from consult.log import to_standard_error

to_standard_error()
app = create_app()
