# LanLedger for x64 and arm64; Dockerfile.armhf is the one for 32-bit ARM. README, "Docker", tells how to run it.
FROM node:24-trixie-slim AS build
WORKDIR /build
ENV npm_config_update_notifier=false
COPY package.json package-lock.json ./
# No scripts of packages: what Node 24 uses of them comes built.
RUN npm ci --workspaces=false --ignore-scripts
COPY tsconfig.json ./
COPY src src
RUN npm run build:daemon && npm run production

FROM debian:trixie-slim
LABEL org.opencontainers.image.title="LanLedger" \
      org.opencontainers.image.description="Meters what every device on the home network sends and receives" \
      org.opencontainers.image.licenses="MIT" \
      io.hass.type="app"
# setpriv may hand on the right to open packet sockets, where the container has it: container.sh does so. Only "p": with "e" nothing
# would start in a container without that right. Node needs libatomic on some processors.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libatomic1 libcap2-bin \
    && setcap cap_net_raw,cap_net_bind_service+p /usr/bin/setpriv \
    && apt-get purge -y --auto-remove libcap2-bin \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 8777 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin lanledger \
    && install -d -o lanledger -g lanledger -m 700 /data \
    && ln -s /opt/lanledger/dist/main.js /usr/local/bin/lanledger
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /build/package.json /opt/lanledger/package.json
COPY --from=build /build/node_modules /opt/lanledger/node_modules
COPY --from=build /build/dist /opt/lanledger/dist
COPY src/service/container.sh /opt/lanledger/container.sh
# DATA_STORE is the weakest way to name the data directory: whatever else names one wins.
# V8 would give 32 MB to objects that live for a moment: where many remote addresses are seen 34 MB of 180 are saved.
ENV NODE_ENV=production DATA_STORE=/data NODE_OPTIONS=--max-semi-space-size=2
USER lanledger
WORKDIR /data
VOLUME /data
EXPOSE 8777
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s CMD lanledger health --probe || exit 1
ENTRYPOINT ["sh", "/opt/lanledger/container.sh"]
CMD ["run"]
