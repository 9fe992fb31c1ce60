# One image for every process of config/processes.py; docker-compose.yml shows how they fit together.
FROM python:3.13-slim AS packages
WORKDIR /plaza
RUN python -m venv /venv
COPY requirements.lock .
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r requirements.lock

FROM python:3.13-slim
RUN useradd --system --uid 1000 --home-dir /plaza plaza
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=config.settings
WORKDIR /plaza
COPY --from=packages /venv /venv
COPY . .
# The settings ask for values that neither step uses; none of them stays in the image.
RUN python -m devtool.catalogues compile \
 && SECRET_KEY=build FIELD_KEYS=build REDIS_URL=redis://build DATABASE_URL=postgresql://build/build \
    python manage.py collectstatic --no-input \
 && install -d -o plaza /plaza/var
USER plaza
VOLUME /plaza/var
EXPOSE 8000
CMD ["python", "-m", "uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--loop", "uvloop", "--http", "httptools", "--ws", "websockets-sansio", "--ws-max-size", "65536", "--ws-per-message-deflate", "false", "--no-server-header", "--no-access-log", "--timeout-graceful-shutdown", "5"]
