import { z } from "zod";
import type { Clock } from "../../../infra/runtime/clock.ts";
import type { Fetch, HttpAccess } from "../../../infra/runtime/security/http.ts";
import type { PartView } from "../../../schemas/page/page.ts";
import { SYSTEM_FAULTS, type SystemFault } from "../../../schemas/system-faults.ts";

/** The rest of the system, as far as it can be asked. */
export interface SystemWatch {
  readonly parts: readonly PartView[];
  /** Faults that the supervisor can make now. */
  readonly faults: readonly SystemFault[];
  /** Parts of a reading's way that do not work now, as nouns. */
  readonly down: readonly string[];
  stop(): void;
}

export interface SystemWatchOptions {
  readonly supervisorUrl: string | null;
  /** Where ksqlDB is, and what logs in there; null: it is not asked. */
  readonly ksql: HttpAccess | null;
  /** Rejects when Kafka does not answer. */
  readonly askKafka: () => Promise<unknown>;
  readonly clock: Clock;
  /** Replaced in tests. */
  readonly get?: (url: string, send?: Fetch) => Promise<unknown>;
}

const PERIOD_MS = 1_000;
const TIMEOUT_MS = 2_000;
const READY = new Set(["ready", "up", "running", "ok"]);
/** A reading passes these; the others may be down without a reading being late. */
const ON_THE_WAY = /^(kafka|gateway|edge|dedup|central|ksql|flink)/i;
const BROKER = /^kafka(-\d+)?$/i;

const status = z.object({
  parts: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      ms: z.number().nullish(),
      restarts: z.number().nullish(),
      reason: z.string().nullish(),
    }),
  ),
  faults: z.array(z.string()).default([]),
});

/** Ask the supervisor (where there is one), ksqlDB and Kafka every second. */
export function watchSystem(options: SystemWatchOptions): SystemWatch {
  const { supervisorUrl, ksql: ksqlDb, askKafka, clock, get = getJson } = options;
  let parts: readonly PartView[] = [];
  let faults: readonly SystemFault[] = [];
  let ksqlDown = false;
  let kafkaDown = true;

  const supervisor = alone(async () => {
    const answer = await get(`${supervisorUrl}/status`).then(status.parse, () => null);
    parts = (answer?.parts ?? []).map(({ name, state, ms, restarts, reason }) => ({
      ...{ name, state, ms: ms ?? null, restarts: restarts ?? null, reason: reason ?? null },
    }));
    faults = SYSTEM_FAULTS.filter((kind) => answer?.faults.includes(kind));
  });
  const ksql = alone(async () => {
    ksqlDown = await get(`${ksqlDb?.url}/info`, ksqlDb?.fetch).then(
      () => false,
      () => true,
    );
  });
  const kafka = alone(async () => {
    const late = clock.sleep(TIMEOUT_MS).then(() => false);
    kafkaDown = !(await Promise.race([
      askKafka().then(
        () => true,
        () => false,
      ),
      late,
    ]));
  });
  const ask = (): void => {
    if (supervisorUrl !== null) supervisor();
    if (ksqlDb !== null) ksql();
    kafka();
  };
  ask();
  const stop = clock.every(PERIOD_MS, ask);
  return {
    get parts() {
      return parts;
    },
    get faults() {
      return faults;
    },
    get down() {
      const down = parts
        .filter(({ name, state }) => ON_THE_WAY.test(name) && !READY.has(state))
        .filter(({ name }) => kafkaDown || !BROKER.test(name) || !canSpare(parts))
        .map(({ name }) => name);
      const named = (part: RegExp): boolean => down.some((name) => part.test(name));
      if (kafkaDown && !named(/^kafka$/i)) down.push("Kafka");
      if (ksqlDown && !named(/^ksql/i)) down.push("ksqlDB");
      return down;
    },
    stop,
  };
}

/** Of three brokers that each hold everything, one may be gone: readings pass all the same. */
function canSpare(parts: readonly PartView[]): boolean {
  const brokers = parts.filter(({ name }) => BROKER.test(name));
  const gone = brokers.filter(({ state }) => !READY.has(state)).length;
  return brokers.length >= 3 && gone <= 1;
}

/** A question is not asked again while the last one waits for its answer. */
function alone(ask: () => Promise<void>): () => void {
  let asking = false;
  return () => {
    if (asking) return;
    asking = true;
    void ask().finally(() => {
      asking = false;
    });
  };
}

async function getJson(url: string, send: Fetch = fetch): Promise<unknown> {
  const response = await send(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return await response.json();
}
