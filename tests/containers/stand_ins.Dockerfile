# postgres:17 and nginx:1.28 of a machine that reaches no registry of images: Debian's packages, used the same way.
FROM python:3.13-slim-bookworm AS nginx
RUN apt-get update -q && apt-get install -y -q --no-install-recommends nginx && rm -rf /var/lib/apt/lists/*

FROM python:3.13-slim-bookworm AS postgres
RUN apt-get update -q && apt-get install -y -q --no-install-recommends postgresql && rm -rf /var/lib/apt/lists/* \
    && install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/data \
    && ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/
ENV PGDATA=/var/lib/postgresql/data
COPY postgres-entrypoint /
STOPSIGNAL SIGINT
USER postgres
CMD ["sh", "/postgres-entrypoint"]
