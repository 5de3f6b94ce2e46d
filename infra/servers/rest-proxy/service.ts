import { accessOf } from "../../runtime/http/access-settings.ts";
import { clusterView } from "../../runtime/kafka/cluster-view.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import { registryApi } from "../../runtime/registry/api.ts";
import { httpAccess } from "../../runtime/security/http.ts";
import { kafkaAccess } from "../../runtime/security/kafka.ts";
import { untilAvailable } from "../../runtime/service/availability.ts";
import { readConfig } from "../../runtime/service/config.ts";
import type { ServiceContext } from "../../runtime/service/serve.ts";
import type { RunningService } from "../../runtime/service/service-set.ts";
import { proxySettings } from "./config.ts";
import { proxyServer } from "./http/server.ts";
import type { ProduceDependencies } from "./produce.ts";
import { rememberedSchemas } from "./remembered-schemas.ts";

/**
 * Listens at once, and answers 503 until Kafka is reached.
 *
 * @throws {CodedError} CONFIG_INVALID, PORT_TAKEN
 */
export async function start(context: ServiceContext): Promise<RunningService> {
  const { env, clock, logger, metrics } = context;
  const config = readConfig(proxySettings, env);
  let proxy: ProduceDependencies | undefined;
  const server = proxyServer({
    proxy: () => proxy,
    metrics,
    logger,
    maxBody: config.REST_PROXY_MAX_BODY,
    access: accessOf(config),
  });
  const { url } = await server.listen(config.REST_PROXY_PORT, config.REST_PROXY_HOST);
  logger.info({ url }, "listening");
  const options = { ...kafkaAccess(config), clientId: "rest-proxy", logger, clock };
  const kafka = createKafka(options);
  const schemas = rememberedSchemas(registryApi(httpAccess("SCHEMA_REGISTRY", config)));
  const opened = untilAvailable(() => kafka.producer(), context).then((producer) => {
    proxy = { producer, cluster: clusterView(options), schemas };
  });
  return {
    ready: opened,
    async stop() {
      await server.drain();
      await opened.catch(() => {});
      await proxy?.producer.close();
      await proxy?.cluster.close();
    },
  };
}
