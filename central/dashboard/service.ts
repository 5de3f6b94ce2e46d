import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defined } from "../../infra/runtime/defined.ts";
import { accessOf } from "../../infra/runtime/http/access-settings.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { avroDecoder } from "../../infra/runtime/registry/codec.ts";
import { httpAccess } from "../../infra/runtime/security/http.ts";
import { kafkaAccess } from "../../infra/runtime/security/kafka.ts";
import { readConfig } from "../../infra/runtime/service/config.ts";
import type { ServiceContext } from "../../infra/runtime/service/serve.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import { topicNames } from "../../schemas/topics.ts";
import { dashboardSettings } from "./config.ts";
import { startDashboard } from "./server/dashboard.ts";

/** Serve the page: `npm run central -- dashboard`. Up at once; Kafka and the registry may come later. */
export async function start(context: ServiceContext): Promise<RunningService> {
  const { clock, logger, metrics, random } = context;
  const config = readConfig(dashboardSettings, context.env);
  const root = projectRoot();
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const dashboard = await startDashboard({
    kafka: createKafka({ ...kafkaAccess(config), clientId: "dashboard", clock, logger }),
    avro: avroDecoder(
      createRegistryClient({ ...httpAccess("SCHEMA_REGISTRY", config), clock, logger }),
      logger,
    ),
    topics: topicNames(config.TOPIC_PREFIX),
    clock,
    logger,
    metrics,
    port: config.DASHBOARD_PORT,
    host: config.DASHBOARD_HOST,
    access: accessOf(config),
    supervisorUrl: config.SUPERVISOR_URL,
    ksql: config.SUMMARY_ENGINE === "ksql" ? httpAccess("KSQLDB", config) : null,
    simulatorUrl: config.FIRMWARE_SIM_URL,
    ...defined({ supervisorToken: config.SUPERVISOR_TOKEN, simulatorToken: config.FIRMWARE_SIM_TOKEN }),
    demo: {
      controls: config.DEMO_CONTROLS ?? null,
      token: config.DEMO_TOKEN ?? null,
      ...defined({ askedHere: config.HTTP_TOKEN }),
    },
    lookbackMs: config.DASHBOARD_LOOKBACK_SECONDS * 1000,
    watched: { lines: config.DASHBOARD_LINES, stations: config.DASHBOARD_STATIONS },
    webRoot: join(root, "dist", "web"),
    version,
    instance: `${clock.now().toString(36)}-${Math.floor(random() * 2 ** 32).toString(36)}`,
  });
  logger.info({ url: dashboard.url }, "the page is served");
  return {
    probe: () => {
      const { ready, detail } = dashboard.probe();
      return { ready, detail };
    },
    stop: () => dashboard.stop(),
  };
}
