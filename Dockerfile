# Node runs the TypeScript in src/ as it is (type stripping), so nothing is compiled: the image is the
# production install plus the sources. Not musl: better-sqlite3's prebuilt library is taken from the
# package, and Debian's libc is what it is tested on.
FROM node:24-bookworm-slim AS install
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

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
ENTRYPOINT ["/nodejs/bin/node", "/app/bin/burnwatch.mjs"]
CMD ["run", "--config", "/etc/burnwatch/burnwatch.yaml"]
