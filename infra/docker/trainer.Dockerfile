# syntax=docker/dockerfile:1.7
# The trainer. Context: the root of the repository.
#   docker build -f infra/docker/trainer.Dockerfile --target trainer        CPU: Debian 12's own libtorch
#   docker build -f infra/docker/trainer.Dockerfile --target trainer-cuda   CUDA: libtorch's release archive, which brings CUDA and cuDNN along
#       --build-arg LIBTORCH_URL=<the cxx11 ABI archive for Linux and CUDA 13> --build-arg LIBTORCH_SHA256=<its SHA-256>

FROM node:22.12.0-bookworm-slim AS node

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src
COPY . .
RUN infra/packages/build-feed
RUN dotnet publish trainer -c Release -r linux-x64 --self-contained -p:DebugType=none --nologo -o /app

FROM debian:12-slim AS shim
RUN apt-get update \
    && apt-get install -y --no-install-recommends cmake g++ make libtorch-dev libopenblas0-pthread
COPY trainer/torch/native /native
RUN cmake -S /native -B /build -DCMAKE_BUILD_TYPE=Release && cmake --build /build --parallel

FROM debian:12-slim AS trainer
LABEL org.opencontainers.image.title="roadseg-trainer" \
      org.opencontainers.image.description="RoadSeg's trainer on libtorch, CPU" \
      org.opencontainers.image.licenses="MIT"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libgcc-s1 libgomp1 libopenblas0-pthread libssl3 libstdc++6 libtorch1.13 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 1654 app && useradd --uid 1654 --gid 1654 --no-create-home app \
    && install -d -o 1654 -g 1654 /work
COPY --from=build /app /app
COPY --from=shim /build/libroadseg_torch.so /app/libroadseg_torch.so
ENV HOME=/work \
    OMP_WAIT_POLICY=passive
WORKDIR /work
USER 1654:1654
# A worker without a port: it lives as long as process 1 does.
HEALTHCHECK --interval=60s --timeout=5s --retries=3 \
    CMD ["bash", "-c", "grep -q RoadSeg.Trainer /proc/1/comm /proc/1/cmdline"]
ENTRYPOINT ["/app/RoadSeg.Trainer"]
CMD ["work", "--folder", "/work"]

# From here on CUDA. A builder without BuildKit builds whatever stands above its target, so these come last.
FROM ubuntu:24.04 AS shim-cuda
ARG LIBTORCH_URL
ARG LIBTORCH_SHA256
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates cmake curl g++ make unzip
RUN curl --fail --location --silent --show-error "${LIBTORCH_URL:?give --build-arg LIBTORCH_URL}" -o /libtorch.zip \
    && echo "${LIBTORCH_SHA256:?give --build-arg LIBTORCH_SHA256}  /libtorch.zip" | sha256sum --check \
    && unzip -q /libtorch.zip -d /opt && rm /libtorch.zip
COPY trainer/torch/native /native
RUN cmake -S /native -B /build -DCMAKE_BUILD_TYPE=Release -DLIBTORCH=/opt/libtorch && cmake --build /build --parallel
# Headers and static libraries are a third of the archive and nobody's business at run time.
RUN rm -rf /opt/libtorch/include /opt/libtorch/lib/*.a

FROM ubuntu:24.04 AS trainer-cuda
LABEL org.opencontainers.image.title="roadseg-trainer-cuda" \
      org.opencontainers.image.description="RoadSeg's trainer on libtorch, CUDA" \
      org.opencontainers.image.licenses="MIT"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libgcc-s1 libgomp1 libssl3t64 libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 1654 app && useradd --uid 1654 --gid 1654 --no-create-home app \
    && install -d -o 1654 -g 1654 /work
COPY --from=build /app /app
COPY --from=shim-cuda /opt/libtorch/lib /app/lib
COPY --from=shim-cuda /build/libroadseg_torch.so /app/libroadseg_torch.so
ENV HOME=/work \
    LD_LIBRARY_PATH=/app/lib \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    OMP_WAIT_POLICY=passive
WORKDIR /work
USER 1654:1654
HEALTHCHECK --interval=60s --timeout=5s --retries=3 \
    CMD ["bash", "-c", "grep -q RoadSeg.Trainer /proc/1/comm /proc/1/cmdline"]
ENTRYPOINT ["/app/RoadSeg.Trainer"]
CMD ["work", "--folder", "/work", "--device", "cuda"]
