import { CodedError } from "../../../../schemas/errors.ts";
import type {
  GroupedTailOptions,
  LogReader,
  Looked,
  Tail,
  TailGroup,
  TailGroupOptions,
  TailOptions,
} from "../ports.ts";
import type { Positions } from "../positions.ts";
import type { ClusterOptions } from "./client.ts";
import { coded } from "./errors.ts";
import { pauseBefore, report } from "./supervision.ts";

/** Where a tail begins. */
export interface TailBounds {
  /** Moved on as records are taken. */
  readonly starts: Positions;
  /** What was there when the tail began: it has caught up once it is here. */
  readonly ends: Positions;
  readonly ids: ReadonlyMap<string, string | undefined>;
}

interface TailGroupParts extends Pick<ClusterOptions, "clock" | "logger"> {
  readonly reader: LogReader;
  readonly bounds: (tail: TailOptions) => Promise<TailBounds>;
  /** The end offset of each partition of a topic that has been made again. */
  readonly endsOf: (topic: string) => Promise<readonly number[]>;
}

/**
 * Tails that are asked for together: a request a round for all of them, without consumer groups, their heartbeats, and
 * a question about topic ids after each answer. A fetch names topics by their ids, so its answer is of the topic that
 * was meant (KIP-516, delivery rule 14).
 */
export class PolledTails implements TailGroup {
  readonly #parts: TailGroupParts;
  readonly #options: TailGroupOptions;
  readonly #members = new Set<Member>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(parts: TailGroupParts, options: TailGroupOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  async tail(options: GroupedTailOptions): Promise<Tail> {
    const member = new Member(options, await this.#parts.bounds(options), this.#parts.endsOf);
    this.#members.add(member);
    this.#running ??= this.#run();
    return {
      caughtUp: member.caughtUp,
      failed: member.failed,
      stop: async () => {
        this.#members.delete(member);
        await member.idle();
      },
    };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#members.clear();
    // A request that Kafka does not answer ends with its connection.
    await this.#parts.reader.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#parts;
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      try {
        const more = await this.#round();
        failures = 0;
        this.#options.onRound?.();
        if (more) continue;
        await clock.sleep(this.#options.gapMs(), signal);
        await this.#untilUrgent();
      } catch (error) {
        if (signal.aborted) return;
        report(logger, coded(error, `reading ${this.#topics().join(", ")}`), {}, failures);
        await clock.sleep(pauseBefore(failures++), signal);
      }
    }
  }

  /** Once an urgent tail has a record, the round that follows brings what else there is. */
  async #untilUrgent(): Promise<void> {
    const waitMs = this.#options.waitMs?.() ?? 0;
    const urgent = [...this.#members].filter((member) => member.urgent);
    if (waitMs > 0 && urgent.length > 0) await this.#look(urgent, waitMs);
  }

  /** @returns is there more to be read at once? */
  #round(): Promise<boolean> {
    return this.#look([...this.#members]);
  }

  async #look(members: readonly Member[], waitMs?: number): Promise<boolean> {
    const at = members.flatMap((member) => member.positions());
    if (at.length === 0) return false;
    const looked = await this.#parts.reader.look(at, waitMs);
    let more = false;
    for (const one of looked) {
      const member = [...this.#members].find((each) => each.has(one.topic));
      if (!member || !(await member.take(one))) continue;
      more = true;
    }
    for (const member of this.#members) if (member.over) this.#members.delete(member);
    return more;
  }

  #topics(): readonly string[] {
    return [...new Set([...this.#members].flatMap((member) => member.positions().map(({ topic }) => topic)))];
  }
}

/** One tail of a group. */
class Member {
  readonly caughtUp: Promise<void>;
  readonly failed: Promise<never>;
  readonly #options: TailOptions;
  readonly #starts: Positions;
  readonly #ends: Positions;
  readonly #ids: Map<string, string | undefined>;
  readonly #endsOf: TailGroupParts["endsOf"];
  #reached: () => void = () => {};
  #fail: (error: CodedError) => void = () => {};
  #taking: Promise<unknown> = Promise.resolve();
  readonly urgent: boolean;
  /** Nothing more will come: what stands next can never be read. */
  over = false;

  constructor(
    options: GroupedTailOptions,
    { starts, ends, ids }: TailBounds,
    endsOf: TailGroupParts["endsOf"],
  ) {
    this.#options = options;
    this.urgent = options.urgent ?? false;
    this.#starts = starts;
    this.#ends = ends;
    this.#ids = new Map(ids);
    this.#endsOf = endsOf;
    const reached = new Promise<void>((resolve) => {
      this.#reached = resolve;
    });
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.caughtUp = Promise.race([reached, this.failed]);
    for (const each of [this.failed, this.caughtUp]) each.catch(() => {});
    this.#look();
  }

  positions() {
    return Array.from(this.#starts.entries(), ([topic, partition, from]) => ({ topic, partition, from }));
  }

  has(topic: string): boolean {
    return this.#ids.has(topic);
  }

  idle(): Promise<unknown> {
    return this.#taking.catch(() => {});
  }

  /** @returns is there more to be read at once? @throws what `onRecords` throws: the same records come again. */
  take(looked: Looked): Promise<boolean> {
    const taking = this.#take(looked);
    this.#taking = taking;
    return taking;
  }

  async #take({ topic, topicId, partition, records, unreadable, next, end }: Looked): Promise<boolean> {
    if (this.#ids.get(topic) !== topicId) {
      await this.#anew(topic, topicId);
      return true;
    }
    const [bad] = unreadable;
    const from = this.#starts.get(topic, partition) ?? 0;
    const good = [...records].filter(({ offset }) => offset >= from && (!bad || offset < bad.from));
    if (good.length > 0) await this.#options.onRecords(good);
    if (bad) {
      this.over = true;
      this.#fail(unreadableError(topic, partition, bad));
      return false;
    }
    this.#starts.advance(topic, partition, next);
    this.#look();
    return records.length > 0 && next < end;
  }

  /** The topic was deleted and made again: it is read from its start. */
  async #anew(topic: string, topicId: string | undefined): Promise<void> {
    const ends = await this.#endsOf(topic);
    this.#ids.set(topic, topicId);
    this.#starts.replace(
      topic,
      ends.map(() => 0),
    );
    this.#ends.replace(topic, ends);
  }

  #look(): void {
    if (this.#starts.reached(this.#ends)) this.#reached();
  }
}

function unreadableError(
  topic: string,
  partition: number,
  { from, to, reason }: Looked["unreadable"][number],
): CodedError {
  return new CodedError("KAFKA_UNREADABLE", {
    message: `records cannot be read: ${reason}`,
    retryable: false,
    context: { topic, partition, from, to },
  });
}
