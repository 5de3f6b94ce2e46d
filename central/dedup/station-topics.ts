import type { KafkaAdmin, TopicSpec } from "../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { messageOf } from "../../schemas/errors.ts";
import { parseStationTopic } from "../../schemas/topics.ts";

/** How many stations' topics are made per request in the background: each costs the broker some 20 ms. */
const STATIONS_AT_ONCE = 8;

interface StationTopicsOptions {
  readonly admin: Pick<KafkaAdmin, "ensureTopics">;
  /** The two topics of every station. */
  readonly specs: readonly TopicSpec[];
  /** Topics that were there at the start: their stations need no asking. */
  readonly existing?: ReadonlySet<string>;
  readonly logger: Logger;
}

/**
 * The stations' own topics. A station's two exist before the first record for it is written, so that none is missing
 * there; the others' follow in the background after the first, off the start's way.
 */
export class StationTopics {
  readonly #options: StationTopicsOptions;
  readonly #specs = new Map<number, TopicSpec[]>();
  readonly #ready = new Set<number>();
  readonly #making = new Map<number, Promise<void>>();
  #background: Promise<void> | undefined;
  #stopped = false;

  constructor(options: StationTopicsOptions) {
    this.#options = options;
    for (const spec of options.specs) {
      const stationId = parseStationTopic(spec.topic)?.stationId;
      if (stationId === undefined) continue;
      this.#specs.set(stationId, [...(this.#specs.get(stationId) ?? []), spec]);
    }
    if (options.existing) this.found(options.existing);
  }

  /** These topics exist, and no others: somebody may have deleted one that was there. */
  found(existing: ReadonlySet<string>): void {
    for (const [stationId, specs] of this.#specs) {
      if (specs.every(({ topic }) => existing.has(topic))) this.#ready.add(stationId);
      else this.#ready.delete(stationId);
    }
  }

  /** @returns nothing to wait for when they are there already. */
  prepare(stationIds: readonly number[]): void | Promise<void> {
    const absent = stationIds.filter((id) => !this.#ready.has(id));
    if (absent.length === 0) return;
    const made = this.#ensure(absent.filter((id) => !this.#making.has(id)));
    this.#background ??= made.then(
      () => this.#ensureRest(),
      () => {
        this.#background = undefined;
      },
    );
    return Promise.all([made, ...absent.flatMap((id) => this.#making.get(id) ?? [])]).then(() => {});
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#background;
  }

  async #ensure(stationIds: readonly number[]): Promise<void> {
    if (stationIds.length === 0) return;
    const made = this.#options.admin.ensureTopics(stationIds.flatMap((id) => this.#specs.get(id) ?? []));
    for (const id of stationIds) this.#making.set(id, made);
    try {
      await made;
      for (const id of stationIds) this.#ready.add(id);
    } finally {
      for (const id of stationIds) this.#making.delete(id);
    }
  }

  async #ensureRest(): Promise<void> {
    const ids = [...this.#specs.keys()];
    while (!this.#stopped) {
      const next = ids
        .filter((id) => !this.#ready.has(id) && !this.#making.has(id))
        .slice(0, STATIONS_AT_ONCE);
      if (next.length === 0) return;
      try {
        await this.#ensure(next);
      } catch (error) {
        // Each will be tried again when a reading of it comes.
        this.#options.logger.warn(
          { err: messageOf(error) },
          "cannot make the stations' topics ahead of need",
        );
        return;
      }
    }
  }
}
