# The planner as an image: the web server by default; docker-compose.yml starts the worker and beat from it too.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    VAR_DIR=/var/lib/planner

RUN useradd --system --uid 10001 --home-dir /app planner \
    && install --directory --owner planner /app /var/lib/planner
WORKDIR /app

COPY requirements.lock ./
RUN pip install --require-hashes --requirement requirements.lock

COPY --chown=planner . .
USER 10001

# Messages and static files belong to the image; the key here signs nothing that is kept.
ENV STATIC_ROOT=/app/static-root
RUN python -c "from planner.management.catalogues import compile_catalogues; compile_catalogues()" \
    && SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=sqlite://:memory: VAR_DIR=/app/build \
    python manage.py collectstatic --no-input --verbosity 0

EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live')"]
CMD ["gunicorn", "planner.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--timeout", "60", "--graceful-timeout", "20"]
