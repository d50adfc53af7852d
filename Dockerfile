# The edge as `tagwerk serve`, without compilers and without Node.
#   docker build -t tagwerk .
#   docker run -p 8080:8080 -v tagwerk:/data -v ./sites:/sites:ro tagwerk
FROM python:3.13-slim AS builder
WORKDIR /src
COPY . .
RUN python -m venv /opt/build && python -m venv /opt/tagwerk
RUN /opt/build/bin/pip install --no-cache-dir -c constraints.txt hatchling \
 && /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/tagwerk/bin/pip install --no-cache-dir --only-binary=:all: -c constraints.txt /wheels/*.whl \
 && /opt/tagwerk/bin/pip uninstall --yes pip

FROM python:3.13-slim
RUN groupadd --gid 10001 tagwerk \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin tagwerk \
 && install -d -o 10001 -g 10001 -m 0700 /data && install -d /sites
COPY --from=builder /opt/tagwerk /opt/tagwerk
ENV PATH=/opt/tagwerk/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TAGWERK_HOST=0.0.0.0 \
    TAGWERK_PORT=8080 \
    TAGWERK_SITES=/sites \
    TAGWERK_STORE=sqlite:////data/tagwerk.db \
    TAGWERK_SECRETS=/data/secrets.json \
    TAGWERK_STATE=/data/state
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["python", "-c", \
  "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"TAGWERK_PORT\"]}/healthz', timeout=2)"]
ENTRYPOINT ["tagwerk"]
CMD ["serve"]
