# SPDX-License-Identifier: Apache-2.0
# fairlead's programs and the libraries that they need, and nothing else.
#
#   docker build -t fairlead .    # the base comes from a registry
#   tools/image                   # without one: built on this machine, with the last stage of this file

ARG BASE=debian:bookworm-slim
FROM ${BASE} AS build
COPY . /source
RUN /source/tools/image-files /image

FROM scratch
COPY --from=build /image/files/ /
COPY --from=build --chown=999:999 /image/own/ /run/fairlead/
COPY --from=build --chown=999:999 /image/own/ /var/lib/fairlead/
# A container of it is no target of its own.
LABEL fairlead.enable=false
USER fairlead
# What is written while it runs: the rest of the file system may be read-only.
VOLUME ["/run/fairlead", "/var/lib/fairlead"]
EXPOSE 80
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/usr/bin/fairleadctl", "status", "--check"]
ENTRYPOINT ["/usr/bin/fairlead"]
