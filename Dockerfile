# What users run is built (scripts/buildPackage.ts): Burnwatch with what it imports, and three packages beside it. Not musl:
# better-sqlite3's prebuilt library is taken from the package, and Debian's libc is what it is tested on. `.ci/release` pins
# both images by their digests.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY scripts/buildPackage.ts ./scripts/
COPY LICENSE NOTICE README.md CHANGELOG.md ./
COPY bin ./bin
COPY deploy ./deploy
COPY docs ./docs
COPY demo ./demo
COPY thresholds ./thresholds
COPY src ./src
RUN node scripts/buildPackage.ts
# Of the image that is built, which need not be that of the machine: npm takes the libraries of that platform.
# Without a value here: it would win over the builder's own.
ARG TARGETARCH
RUN npm ci --omit=dev --ignore-scripts --os=linux --libc=glibc --cpu=$(echo ${TARGETARCH:-amd64} | sed s/amd64/x64/)
# What is built in, and what only serves to compile or is for other machines, is never loaded.
RUN find node_modules -mindepth 1 -maxdepth 1 ! -name @resvg ! -name better-sqlite3 ! -name piscina -exec rm -r {} +
RUN cd node_modules/better-sqlite3 && rm -r deps src && find prebuilds -type f ! -name linux-$(echo ${TARGETARCH:-amd64} | sed s/amd64/x64/).node -delete

FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./
USER 65532:65532
EXPOSE 9465 9466
# For engines without probes of their own; Kubernetes uses the chart's.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["/nodejs/bin/node", "-e", "fetch('http://127.0.0.1:9466/-/healthy').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# A young generation of 4 MiB thrice, as in the cycle thread: docs/benchmarks.md has what it saves.
ENV NODE_OPTIONS=--max-semi-space-size=4
# All threads share two arenas of the allocator, and it gives back what was freed: 24 MB of a small cluster's 276.
ENV MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072
ENTRYPOINT ["/nodejs/bin/node", "/app/bin/burnwatch.mjs"]
CMD ["run", "--config", "/etc/burnwatch/burnwatch.yaml"]
