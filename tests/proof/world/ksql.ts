import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readScript } from "../../../central/ksql/script.ts";
import { registerSourceSchemas } from "../../../central/ksql/subjects.ts";
import type { Clock } from "../../../infra/runtime/clock.ts";
import type { Kafka } from "../../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../../infra/runtime/logger.ts";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import { ServerState } from "../../../infra/servers/ksql/commands/server-state.ts";
import { KsqlService } from "../../../infra/servers/ksql/service/ksql-service.ts";
import { PushQueries } from "../../../infra/servers/ksql/service/push-queries.ts";
import { TopicProducers } from "../../../infra/servers/ksql/service/topic-producers.ts";
import { StateSpace } from "../../../infra/servers/ksql/state/state-space.ts";
import type { Registries } from "./registry.ts";

/** The ksql server without HTTP, with the project's statements. @returns stops it. */
export async function startKsql(options: {
  readonly kafka: Kafka;
  readonly registries: Registries;
  readonly clock: Clock;
  readonly prefix: string;
}): Promise<() => Promise<void>> {
  const { kafka, registries, clock, prefix } = options;
  const admin = await kafka.admin();
  const space = new StateSpace();
  const internal = `_elevated-ksql-${prefix}`;
  const around = { kafka, admin, registry: registries.ksql, clock, logger: silentLogger };
  const deps = { ...around, prefix: internal, space };
  const state = new ServerState(deps, `${internal}_commands`);
  await state.open();
  const producers = new TopicProducers(kafka, clock);
  const service = new KsqlService(deps, state, new PushQueries(), producers, prefix);
  await registerSourceSchemas(registries.stages, prefix);
  if (state.catalog.sources().length === 0) {
    for (const { text, properties } of readScript(script(), prefix))
      await service.execute(text, properties, {});
  }
  return async () => {
    await state.close();
    await space.close();
    await producers.close();
    await admin.close();
  };
}

function script(): string {
  return readFileSync(join(projectRoot(), "central", "ksql", "turnstile.ksql"), "utf8");
}
