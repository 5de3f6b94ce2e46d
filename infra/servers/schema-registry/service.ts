import { accessOf } from "../../runtime/http/access-settings.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import { kafkaAccess } from "../../runtime/security/kafka.ts";
import { untilAvailable } from "../../runtime/service/availability.ts";
import { readConfig } from "../../runtime/service/config.ts";
import type { ServiceContext } from "../../runtime/service/serve.ts";
import type { RunningService } from "../../runtime/service/service-set.ts";
import { registryServerSettings } from "./config.ts";
import { registryServer } from "./http/server.ts";
import { RegistryStore } from "./store.ts";

/**
 * Listens at once, and answers 503 until the topic has been read back.
 *
 * @throws {CodedError} CONFIG_INVALID, PORT_TAKEN
 */
export async function start(context: ServiceContext): Promise<RunningService> {
  const { env, clock, logger, metrics } = context;
  const config = readConfig(registryServerSettings, env);
  let store: RegistryStore | undefined;
  const server = registryServer({ store: () => store, metrics, logger, access: accessOf(config) });
  const { url } = await server.listen(config.SCHEMA_REGISTRY_PORT, config.SCHEMA_REGISTRY_HOST);
  const kafka = createKafka({ ...kafkaAccess(config), clientId: "schema-registry", logger, clock });
  const topic = `${config.TOPIC_PREFIX}_schemas`;
  const opened = untilAvailable(() => RegistryStore.open({ kafka, topic, clock, logger }), context).then(
    (result) => {
      store = result;
      logger.info({ url, subjects: result.state.subjects("live").length }, "schemas are read");
    },
  );
  return {
    ready: opened,
    async stop() {
      await server.drain();
      await opened.catch(() => {});
      await store?.close();
    },
  };
}
