import type { Registry } from "prom-client";
import type { Clock } from "../../runtime/clock.ts";
import { defined } from "../../runtime/defined.ts";
import type { AccessRules } from "../../runtime/http/access.ts";
import type { Kafka } from "../../runtime/kafka/ports.ts";
import type { Logger } from "../../runtime/logger.ts";
import { ServerState } from "./commands/server-state.ts";
import type { EngineDependencies } from "./engine/running-query.ts";
import type { SchemaRegistry } from "./formats/registry.ts";
import { NO_WARD, openWard } from "./isolation/ward.ts";
import { ksqlHttpServer } from "./rest/app.ts";
import { KsqlService } from "./service/ksql-service.ts";
import { PushQueries } from "./service/push-queries.ts";
import { TopicProducers } from "./service/topic-producers.ts";
import { stateMetrics } from "./state/metrics.ts";
import { StateSpace, type StateSpaceOptions } from "./state/state-space.ts";

interface KsqlServerOptions {
  readonly kafka: Kafka;
  readonly registry: SchemaRegistry | undefined;
  /** As the queries take it. */
  readonly keeping?: EngineDependencies["keeping"];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** 0: any free one. */
  readonly port: number;
  readonly host?: string;
  /** Instances of one service share their statements and their work. */
  readonly serviceId: string;
  /** Where tables are kept; left out: in memory. */
  readonly state?: StateSpaceOptions;
  readonly access?: AccessRules;
}

export interface KsqlServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const HEALTH_TIMEOUT_MS = 3000;

/**
 * The built-in ksqlDB stand-in: the statements of its service are read back and their queries run before it listens.
 *
 * @throws {CodedError} KAFKA_UNAVAILABLE, PORT_TAKEN
 */
export async function openKsqlServer(options: KsqlServerOptions): Promise<KsqlServer> {
  const { kafka, registry, keeping, clock, logger, metrics, serviceId } = options;
  const admin = await kafka.admin();
  const clusterId = admin.clusterId();
  clusterId.catch(() => {});
  const producers = new TopicProducers(kafka, clock);
  const prefix = `_elevated-ksql-${serviceId}`;
  const space = new StateSpace(options.state);
  const ward = options.state
    ? openWard(options.state.folder, `${encodeURIComponent(serviceId)}${options.port}`, logger)
    : NO_WARD;
  const deps = { kafka, admin, registry, clock, logger, prefix, space, ward, ...defined({ keeping }) };
  const state = new ServerState(deps, `${prefix}_commands`);
  await state.open();
  const pushes = new PushQueries();
  const service = new KsqlService(deps, state, pushes, producers, serviceId);
  const healthy = (): Promise<boolean> =>
    Promise.race([
      admin.listTopics().then(
        () => true,
        () => false,
      ),
      clock.sleep(HEALTH_TIMEOUT_MS).then(() => false),
    ]);
  stateMetrics(metrics, space, ward);
  const http = ksqlHttpServer({
    service,
    clusterId: await clusterId,
    serviceId,
    healthy,
    // It listens once its statements are read back and their queries run.
    probe: () => ({ ready: true, detail: { leftOut: [...ward.isolated.keys()] } }),
    metrics,
    logger,
    ...(options.access ? { access: options.access } : {}),
  });
  const { port, url } = await http.listen(options.port, options.host);
  return {
    url,
    port,
    async close() {
      pushes.closeAll();
      await http.close();
      await state.close();
      await space.close();
      await producers.close();
      await admin.close();
    },
  };
}
