import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import { messageOf } from "../../schemas/errors.ts";
import { lookForHanging } from "./hanging.ts";
import { auditMetrics } from "./metrics.ts";
import type { AuditOptions } from "./options.ts";
import { AuditSession } from "./session.ts";

/** After a failure, ms. */
const RETRY_MS = 1_000;
/** An auditor that was replaced begins again when its successor has written nothing for this long, ms. */
const STANDBY_MS = 15_000;
const STANDBY_LOOK_MS = 1_000;

/**
 * Holds records against records, for as long as it runs. Kafka and the registry may come later and go in between.
 *
 * One audits, the newest; others stand by.
 */
export function startAudit(options: AuditOptions): RunningService {
  const { clock, logger } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const metrics = auditMetrics(options.metrics);
  const hanging = lookForHanging(options);
  let session: AuditSession | null = null;
  let trouble: string | null = "starting";
  let failures = 0;

  const audit = async (): Promise<void> => {
    session = await AuditSession.begin(options, signal);
    if (!session) return;
    trouble = null;
    try {
      session.notes = () => hanging.words;
      await session.run(signal, (verdict) => {
        failures = 0;
        metrics.show(verdict);
      });
    } finally {
      await session.close();
    }
    if (signal.aborted) return;
    trouble = "standing by: another auditor has begun";
    logger.warn(trouble);
    await standBy(options, signal);
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await audit();
      } catch (error) {
        trouble = messageOf(error);
        // Once: its repetitions are for those who look closely.
        logger[failures++ === 0 ? "warn" : "debug"](
          { err: trouble },
          "the audit is interrupted; trying again",
        );
        await clock.sleep(RETRY_MS, signal);
      }
    }
  };
  const running = run();
  return {
    probe: () => ({
      ready: trouble === null,
      detail: { ...(trouble ? { trouble } : {}), ...session?.detail, hanging: hanging.words },
    }),
    async stop() {
      stopping.abort();
      await Promise.all([running, hanging.stop()]);
    },
  };
}

/** Resolves once the auditor that replaced this one has written nothing for a while. */
async function standBy({ kafka, prefix, clock }: AuditOptions, signal: AbortSignal): Promise<void> {
  const reader = kafka.logReader({ headers: [] });
  try {
    let end = -1;
    let movedAt = clock.monotonic();
    while (!signal.aborted && clock.monotonic() - movedAt < STANDBY_MS) {
      await clock.sleep(STANDBY_LOOK_MS, signal);
      const topic = AuditSession.topicOf(prefix);
      const [looked] = await reader.look([{ topic, partition: 0, from: Math.max(0, end) }]);
      if (looked && looked.end !== end) movedAt = clock.monotonic();
      end = looked?.end ?? end;
    }
  } finally {
    await reader.stop();
  }
}
