# syntax=docker/dockerfile:1
# Three things are built here: the packages, the starter model, and images for the service and for its model registry.

FROM python:3.11-slim AS wheel
WORKDIR /source
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY constraints.txt ./
RUN pip install -q -c constraints.txt hatchling
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY data data
COPY model model
COPY serving serving
COPY training training
RUN hatchling build -t wheel -d /wheels

# What the service runs on: no torch, and of MLflow only its client.
FROM python:3.11-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/replywell
COPY constraints.txt ./
COPY --from=wheel /wheels /wheels
RUN /opt/replywell/bin/pip install -q -c constraints.txt "$(echo /wheels/replywell-*.whl)[registry]"

# The starter model, learned from the shipped examples.
FROM packages AS starter
RUN /opt/replywell/bin/pip install -q -c constraints.txt "$(echo /wheels/replywell-*.whl)[training]"
WORKDIR /starter
COPY data/seeds seeds
RUN /opt/replywell/bin/replywell-train learn seeds/examples.jsonl --taxonomy seeds/taxonomy.toml --answers seeds/answers --out /starter/bundle

FROM python:3.11-slim AS registry
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY constraints.txt ./
RUN pip install -q -c constraints.txt mlflow \
    && useradd --system --uid 10002 --create-home --home-dir /var/registry registry
USER registry
WORKDIR /var/registry
VOLUME /var/registry
EXPOSE 5000
# MLflow answers only to the host names it is given.
CMD ["mlflow", "server", "--host", "0.0.0.0", "--port", "5000", "--backend-store-uri", "sqlite:////var/registry/mlflow.db", "--artifacts-destination", "/var/registry/artifacts", "--allowed-hosts", "mlflow:*,localhost:*,127.0.0.1:*"]

FROM python:3.11-slim AS service
RUN useradd --system --uid 10001 --create-home --home-dir /srv/replywell replywell
COPY --from=packages /opt/replywell /opt/replywell
COPY --from=starter /starter/bundle /opt/replywell/starter
WORKDIR /srv/replywell
RUN mkdir var && chown replywell var
ENV PATH=/opt/replywell/bin:$PATH PYTHONUNBUFFERED=1 REPLYWELL_BUNDLE=/opt/replywell/starter
USER replywell
VOLUME /srv/replywell/var
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
CMD ["replywell", "serve", "--host", "0.0.0.0"]
