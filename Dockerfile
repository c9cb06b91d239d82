# Node runs the TypeScript in src/ as it is (type stripping), so nothing is compiled: the image is the
# production install plus the sources. Not musl: better-sqlite3's prebuilt library is taken from the
# package, and Debian's libc is what it is tested on. `.ci/release` pins both images by their digests.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS install
# Of the image that is built, which need not be that of the machine: npm takes the libraries of that platform.
ARG TARGETARCH=amd64
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --os=linux --libc=glibc --cpu=$(echo $TARGETARCH | sed s/amd64/x64/)

FROM gcr.io/distroless/nodejs24-debian12:nonroot
# /app and not under node_modules: Node strips no types there.
WORKDIR /app
COPY --from=install /app/node_modules ./node_modules
COPY package.json LICENSE NOTICE ./
COPY bin ./bin
COPY src ./src
COPY demo ./demo
COPY thresholds ./thresholds
USER 65532:65532
EXPOSE 9465 9466
# For engines without probes of their own; Kubernetes uses the chart's.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["/nodejs/bin/node", "-e", "fetch('http://127.0.0.1:9466/-/healthy').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# A young generation of 4 MiB thrice, as in the cycle thread: docs/benchmarks.md has what it saves.
ENV NODE_OPTIONS=--max-semi-space-size=4
ENTRYPOINT ["/nodejs/bin/node", "/app/bin/burnwatch.mjs"]
CMD ["run", "--config", "/etc/burnwatch/burnwatch.yaml"]
