import { exitCodeOf } from "../../../../schemas/errors.ts";
import type { TopicSettings } from "../../../../schemas/topic-settings.ts";
import { topicNames } from "../../../../schemas/topics.ts";
import type { Clock } from "../../../runtime/clock.ts";
import type { Logger } from "../../../runtime/logger.ts";
import { launchWork } from "../process/prepared.ts";
import type { Part } from "../supervise/part.ts";

/** Creates what is missing and verifies what exists, as `auto.create.topics.enable` is off. */
export function topicsPart(
  name: string,
  topics: readonly TopicSettings[],
  brokers: readonly string[],
  cluster: { readonly env: NodeJS.ProcessEnv; readonly clock: Clock; readonly logger: Logger },
): Part {
  const prefix = cluster.env["TOPIC_PREFIX"] ?? "";
  return {
    name,
    kind: "task",
    // Of all: a topic is made with as many copies as there are brokers.
    needs: brokers,
    feeds: [],
    url: null,
    log: null,
    holdsState: false,
    launch: () =>
      launchWork(async () => {
        // Loaded while Kafka starts rather than before: the client takes as long to load as all the rest.
        const [{ openAdmin }, { asTheyAre }, { kafkaAccessOf }] = await Promise.all([
          import("../../../runtime/kafka/kafkajs/admin.ts"),
          import("../../../runtime/kafka/partitions.ts"),
          import("../../../runtime/security/kafka.ts"),
        ]);
        const { clock, logger } = cluster;
        const admin = await openAdmin({
          ...kafkaAccessOf(cluster.env),
          clock,
          logger,
          clientId: "elevated-bootstrap",
        });
        try {
          await admin.ensureTopics(await asTheyAre(admin, topicNames(prefix), topics));
        } finally {
          await admin.close();
        }
      }, exitCodeOf),
  };
}
