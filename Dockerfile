# Lectern in a container: built in one image, run in another that has what `lectern setup` needs (python3 with pip) and
# nothing else. Everything made at run time stands in the volume.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY retrieval retrieval
COPY ingest ingest
COPY prompts prompts
COPY server server
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package server && cp target/release/lectern /lectern

FROM debian:bookworm-slim
# libstdc++6 is what ONNX Runtime is linked against; pip fetches it and the model on the first start.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libstdc++6 python3 python3-pip \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/lectern --shell /usr/sbin/nologin lectern \
    && install -d -o lectern -g lectern -m 0700 /var/lib/lectern
COPY --from=build /lectern /usr/local/bin/lectern
COPY data/seed /usr/share/lectern/seed
COPY LICENSE /usr/share/lectern/LICENSE

USER lectern
WORKDIR /etc/lectern
# On 0.0.0.0 serve refuses to start until it is told how others reach it: with certificates mounted and named under [tls],
# or with LECTERN_BEHIND_PROXY=true where the port is open to a proxy with TLS, or to this machine, and to nothing else.
ENV LECTERN_DATA_DIR=/var/lib/lectern \
    LECTERN_LISTEN=0.0.0.0:8080 \
    PIP_NO_CACHE_DIR=1
VOLUME /var/lib/lectern
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=10m \
    CMD ["python3", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"]
ENTRYPOINT ["lectern"]
CMD ["serve"]
