import type { Clock } from "../../../infra/runtime/clock.ts";
import type { Kafka, LogReader } from "../../../infra/runtime/kafka/ports.ts";
import { AuditView } from "../view.ts";

/** Between two questions about a partition that has no leader now, ms. */
const AGAIN_MS = 200;

/** What the auditor's topic says at this moment. @throws {CodedError} KAFKA_UNAVAILABLE, also when there is no such topic */
export async function readAudit(
  kafka: Pick<Kafka, "admin">,
  reader: LogReader,
  topic: string,
  clock: Pick<Clock, "sleep">,
): Promise<AuditView> {
  const admin = await kafka.admin();
  const [end = 0] = await admin.endOffsets(topic).finally(() => admin.close());
  const view = new AuditView();
  for (let from = 0; from < end; ) {
    const [looked] = await reader.look([{ topic, partition: 0, from }]);
    if (!looked) {
      await clock.sleep(AGAIN_MS);
      continue;
    }
    for (const { key, value } of looked.records) view.apply(key?.toString() ?? "", value?.toString() ?? null);
    from = Math.max(looked.next, looked.start);
  }
  return view;
}
