# Every service of ours, from one image: docker-compose.yml gives the command of each.
ARG NODE_TAG=24-bookworm-slim

FROM node:${NODE_TAG} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY schemas ./schemas
COPY infra ./infra
COPY firmware-sim ./firmware-sim
COPY edge ./edge
COPY gateway ./gateway
COPY central ./central
RUN node infra/deploy/compose/build.mjs

# What built it is not needed to run it. A stage of its own: a changed source leaves it as it is.
FROM node:${NODE_TAG} AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm uninstall --no-save --omit=dev esbuild vite

FROM node:${NODE_TAG} AS runtime
ENV NODE_ENV=production
WORKDIR /app
COPY --from=modules /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY schemas/avro ./schemas/avro
COPY central/connect/connectors ./central/connect/connectors
COPY central/ksql/turnstile.ksql central/ksql/earlier.ksql ./central/ksql/
COPY central/flink/turnstile.sql ./central/flink/turnstile.sql
COPY infra/operator/postgres ./infra/operator/postgres
COPY infra/deploy/compose/health.sh ./infra/deploy/compose/health.sh
# New volumes take the owner of the folder that they cover.
RUN mkdir -p /state /credentials && chown node:node /state /credentials
USER node
CMD ["node", "dist/central/main.js", "--help"]
