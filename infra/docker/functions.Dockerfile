# syntax=docker/dockerfile:1.7
# The functions app. Context: the root of the repository.
#   docker build -f infra/docker/functions.Dockerfile --target functions      the official Functions host, CPU            (Azure)
#   docker build -f infra/docker/functions.Dockerfile --target functions-gpu  the same with CUDA 13 and cuDNN 9           (Azure)
#   docker build -f infra/docker/functions.Dockerfile --target local          RoadSeg's own host, and Azurite beside it   (one Docker host)
#   docker build -f infra/docker/functions.Dockerfile --target local-gpu      RoadSeg's own host with CUDA 13 and cuDNN 9 (one Docker host)

FROM node:22.12.0-bookworm-slim AS node
FROM mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0 AS functions-host

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src
COPY . .
RUN cd infra/packages && npm ci --ignore-scripts --no-fund --no-audit && mv node_modules /azurite
# The page first: publishing takes it along.
RUN cd functions/web && npm ci --ignore-scripts --no-fund --no-audit && node build.mjs
RUN dotnet publish functions -c Release -p:DebugType=none --nologo -o /app && cp -r models /app/models
RUN dotnet publish infra/local -c Release -p:DebugType=none --nologo -o /local

FROM functions-host AS functions
LABEL org.opencontainers.image.title="roadseg-functions" \
      org.opencontainers.image.description="RoadSeg's function app on the Azure Functions host, CPU" \
      org.opencontainers.image.licenses="MIT"
# The host's keys are in storage. Beside them it keeps a folder to be told of changes by; without that it answers 500 to whoever shows a key,
# and its own place for it is root's. So are ports below 1024 in some engines, and the image's own is 80.
ENV ASPNETCORE_URLS=http://+:8080 \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true \
    AzureWebJobsScriptRoot=/home/site/wwwroot \
    FUNCTIONS_SECRETS_PATH=/home/data/secrets \
    FUNCTIONS_WORKER_RUNTIME=dotnet-isolated \
    HOME=/home \
    ROADSEG_VIPS=/usr/lib/x86_64-linux-gnu/libvips.so.42
# ffmpeg, for videos; a libvips that reads HEIC. libheif's decoder of it is part of Debian 12's; of newer systems it is a plugin.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ffmpeg libvips42 \
    && { ldconfig -p | grep -q libde265.so.0 || apt-get install -y --no-install-recommends libheif-plugin-libde265; } \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 1654 -g 1654 /home/data /home/LogFiles
WORKDIR /home/site/wwwroot
COPY --from=build /app .
USER 1654:1654
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/live HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && grep -q '^HTTP/1.[01] 200' <&3"]
# Not the image's own script, which runs the host below a shell: that shell keeps SIGTERM to itself, and nothing is drained.
ENTRYPOINT ["/azure-functions-host/Microsoft.Azure.WebJobs.Script.WebHost"]

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble AS local
LABEL org.opencontainers.image.title="roadseg-local" \
      org.opencontainers.image.description="RoadSeg on one machine: its own Functions host, and Azurite with blob events" \
      org.opencontainers.image.licenses="MIT"
ENV HOME=/home \
    ROADSEG_VIPS=/usr/lib/x86_64-linux-gnu/libvips.so.42
# ffmpeg, for videos; a libvips that reads HEIC.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ffmpeg libheif-plugin-libde265 libvips42t64 \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 1654 -g 1654 /home/data /data /state
WORKDIR /home/site/wwwroot
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=build /azurite /local/node_modules
COPY --from=build /local /local
COPY --from=build /src/infra/names.json /local/names.json
COPY --from=build /app .
USER 1654:1654
VOLUME ["/data", "/state"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7071 && printf 'GET /health/live HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && grep -q '^HTTP/1.[01] 200' <&3"]
ENTRYPOINT ["/local/RoadSeg.LocalHost"]
CMD ["--script-root", "/home/site/wwwroot", "--port", "7071", "--auth", "--state", "/state"]

# From here on CUDA. A builder without BuildKit builds whatever stands above its target, so these come last.
FROM build AS build-gpu
RUN rm -rf functions/bin functions/obj shared/bin shared/obj /app/* /app/.azurefunctions \
    && dotnet publish functions -c Release -p:DebugType=none -p:Gpu=true --nologo -o /app && cp -r models /app/models \
    && rm -f /app/runtimes/linux-x64/native/libonnxruntime_providers_tensorrt.so

# Of the versions in onnxruntime-gpu.json, which is what the package's own libraries ask for.
FROM nvidia/cuda:13.0.1-cudnn-runtime-ubuntu24.04 AS base-gpu
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates ffmpeg libheif-plugin-libde265 libicu74 libssl3t64 libstdc++6 libvips42t64 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 1654 app && useradd --uid 1654 --gid 1654 --no-create-home app
COPY --from=functions-host /usr/share/dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet \
    && install -d -o 1654 -g 1654 /home/data /home/LogFiles /state
ENV HOME=/home \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    NVIDIA_VISIBLE_DEVICES=all \
    ROADSEG_PROVIDER=cuda \
    ROADSEG_VIPS=/usr/lib/x86_64-linux-gnu/libvips.so.42
WORKDIR /home/site/wwwroot
COPY --from=build-gpu /app .
# Another CUDA or cuDNN than the base image has is found here and not in production: the libraries that the provider is linked to, then those
# that it opens itself. libcuda.so.1 is the driver's.
RUN ! ldd runtimes/linux-x64/native/libonnxruntime_providers_cuda.so | grep 'not found' | grep -v -e libcuda.so.1
RUN for library in libcudnn.so.9 libcufft.so.12; do \
        ldconfig -p | grep -q "$library" || { echo "$library is missing" >&2; exit 1; }; \
    done

FROM base-gpu AS functions-gpu
LABEL org.opencontainers.image.title="roadseg-functions-gpu" \
      org.opencontainers.image.description="RoadSeg's function app on the Azure Functions host, CUDA 13" \
      org.opencontainers.image.licenses="MIT"
ENV ASPNETCORE_CONTENTROOT=/azure-functions-host \
    ASPNETCORE_URLS=http://+:8080 \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true \
    AzureWebJobsScriptRoot=/home/site/wwwroot \
    DOTNET_USE_POLLING_FILE_WATCHER=true \
    FUNCTIONS_SECRETS_PATH=/home/data/secrets \
    FUNCTIONS_WORKER_RUNTIME=dotnet-isolated
COPY --from=functions-host /azure-functions-host /azure-functions-host
USER 1654:1654
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/live HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && grep -q '^HTTP/1.[01] 200' <&3"]
ENTRYPOINT ["/azure-functions-host/Microsoft.Azure.WebJobs.Script.WebHost"]

FROM base-gpu AS local-gpu
LABEL org.opencontainers.image.title="roadseg-local-gpu" \
      org.opencontainers.image.description="RoadSeg on one machine: its own Functions host with CUDA 13" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /local /local
USER 1654:1654
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7072 && printf 'GET /health/live HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && grep -q '^HTTP/1.[01] 200' <&3"]
ENTRYPOINT ["/local/RoadSeg.LocalHost"]
CMD ["--script-root", "/home/site/wwwroot", "--port", "7072", "--auth", "--state", "/state"]
