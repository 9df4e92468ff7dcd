"""The object a WSGI server runs: `gunicorn webmap.wsgi:app`. `linli serve` does the same and more."""

from webmap import create_app

app = create_app()
