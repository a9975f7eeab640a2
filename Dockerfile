# One image for every process of Tsunagu: which one it is, the command says (`service intake`, `api`, `deploy init` …; docker-compose.yml has them all).
# Works with a read-only root: it writes to TSUNAGU_HOME and /tmp alone. Runs as any user but root.
#
# The base is pinned by its tag. Its digest could not be looked up where this was written; `sh deploy/image/pin.sh` writes it here and into
# docker-compose.yml before a release (docs/containers.md, "Images and digests").
ARG BASE=python:3.11.14-slim-bookworm

FROM ${BASE} AS packages
COPY requirements-image.txt /
# Wheels only, and only those whose hash is locked: nothing is compiled, so no stage has a compiler.
RUN python -m venv --without-pip /opt/tsunagu/venv \
 && python -m pip --python /opt/tsunagu/venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --only-binary :all: --require-hashes --requirement /requirements-image.txt
ARG VERSION=0.1.0
# What `pip` would note about this very distribution, so that a running process can tell its version.
RUN noted=/opt/tsunagu/venv/lib/python3.11/site-packages/tsunagu-${VERSION}.dist-info \
 && mkdir "$noted" \
 && printf 'Metadata-Version: 2.1\nName: tsunagu\nVersion: %s\n' "${VERSION}" > "$noted/METADATA"

FROM ${BASE}
# Nothing that installs or builds stays; TSUNAGU_HOME can be written by whichever user the container runs as.
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3.11/ensurepip \
        /usr/local/lib/python3.11/site-packages/* \
 && install -d -m 1777 /tsunagu
COPY --from=packages /opt/tsunagu/venv /opt/tsunagu/venv
COPY --chmod=0755 deploy/image/tsunagu deploy/image/ready /opt/tsunagu/venv/bin/
# What goes in stands in .dockerignore.
COPY . /opt/tsunagu
ARG REVISION=unknown
RUN printf '%s' "${REVISION}" > /opt/tsunagu/REVISION \
 && python -m compileall -q /opt/tsunagu/audit /opt/tsunagu/cli /opt/tsunagu/contracts /opt/tsunagu/deploy /opt/tsunagu/kernel /opt/tsunagu/services
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="tsunagu" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV PATH=/opt/tsunagu/venv/bin:$PATH \
    PYTHONPATH=/opt/tsunagu \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TSUNAGU_HOME=/tsunagu
WORKDIR /tsunagu
USER 10001:10001
ENTRYPOINT ["tsunagu"]
CMD ["--help"]
