# syntax=docker/dockerfile:1.7
# The trainer. Context: the root of the repository.
#   docker build -f infra/docker/trainer.Dockerfile --target trainer        libtorch-cpu-linux-x64
#   docker build -f infra/docker/trainer.Dockerfile --target trainer-cuda   libtorch-cuda-12.8-linux-x64, which brings CUDA and cuDNN along

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /src
COPY . .
RUN dotnet publish trainer -c Release -p:DebugType=none --nologo -o /app

# Open MPI, 22 MiB installed, is for training by several containers together (docs/training.md); one alone does not load it.
# Ubuntu 24.04, whose libstdc++ has all that TorchSharp's library asks for.
FROM mcr.microsoft.com/dotnet/runtime:10.0-noble AS trainer
LABEL org.opencontainers.image.title="roadseg-trainer" \
      org.opencontainers.image.description="RoadSeg's trainer on libtorch, CPU" \
      org.opencontainers.image.licenses="MIT"
# Open MPI, for runs on several ranks; a font, for the words on a run's pictures.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-dejavu-core openmpi-bin \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 1654 -g 1654 /work
COPY --from=build /app /app
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
FROM build AS build-cuda
RUN rm -rf trainer/bin trainer/obj /app/* && dotnet publish trainer -c Release -p:DebugType=none -p:Torch=cuda --nologo -o /app

FROM mcr.microsoft.com/dotnet/runtime:10.0-noble AS trainer-cuda
LABEL org.opencontainers.image.title="roadseg-trainer-cuda" \
      org.opencontainers.image.description="RoadSeg's trainer on libtorch, CUDA" \
      org.opencontainers.image.licenses="MIT"
# Open MPI, for runs on several ranks; a font, for the words on a run's pictures.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-dejavu-core openmpi-bin \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 1654 -g 1654 /work
COPY --from=build-cuda /app /app
ENV HOME=/work \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    NVIDIA_VISIBLE_DEVICES=all \
    OMP_WAIT_POLICY=passive
WORKDIR /work
USER 1654:1654
HEALTHCHECK --interval=60s --timeout=5s --retries=3 \
    CMD ["bash", "-c", "grep -q RoadSeg.Trainer /proc/1/comm /proc/1/cmdline"]
ENTRYPOINT ["/app/RoadSeg.Trainer"]
CMD ["work", "--folder", "/work", "--device", "cuda"]
