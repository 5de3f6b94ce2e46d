import type { InRecord, KafkaAdmin, LogReader } from "../../../../infra/runtime/kafka/ports.ts";
import { AUDIT_KEYS } from "../../../../schemas/audit.ts";
import { isCoded } from "../../../../schemas/errors.ts";
import type { HopView, PageState } from "../../../../schemas/page/page.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import { HEADERS, parseTimes, type Topics } from "../../../../schemas/topics.ts";
import type { AuditView } from "../../../audit/view.ts";
import { Cursors, type Start } from "../../../records/cursors.ts";
import { startsAt } from "../../../records/interval.ts";
import { ALL_SILENT_MS } from "../model/devices.ts";
import type { Input } from "../model/inputs.ts";
import { Model } from "../model/model.ts";
import { hopsOf } from "../view/hops.ts";
import { project } from "../view/project.ts";
import type { Watched } from "../view/watched.ts";
import { ENTRIES_MS, lookBacks, SETTLE_MS, VERDICT_MS } from "./look-back.ts";
import { NewestStates } from "./newest-states.ts";
import { proofAt } from "./past-proof.ts";
import { stationIn } from "./station-in.ts";
import type { Counts } from "./station-sums.ts";
import { unknownOf } from "./unknown.ts";

export interface ReelSources {
  readonly topics: Topics;
  readonly decode: (record: InRecord) => Promise<Input | null>;
  readonly watched: Watched;
  /** How far back arrivals are read, ms. */
  readonly lookbackMs: number;
  /** Wall clock, epoch ms. */
  readonly now: () => number;
  readonly findings: () => AuditView["findings"];
  /** Devices that the present knows. */
  readonly devicesNow: () => number;
  /** Entries per station below these offsets of the clean topic; null: not known. */
  readonly countsBelow: (offsets: readonly number[]) => Promise<Counts | null>;
  /** Is it worth asking for these counts again? */
  readonly counting: () => boolean;
}

export interface ReelLog {
  readonly admin: Pick<KafkaAdmin, "offsetsAt" | "listTopics">;
  readonly reader: Pick<LogReader, "look">;
}

/** Steps in which the time before a moment is passed through. */
const STEP_MS = 2_000;
const SUMMED_MS = 500;

/**
 * The page's model at a moment of the past, made from the records before it, as the live one is: it knows nothing that came
 * later, but for the stations' names. It goes forward only.
 */
export class Reel {
  readonly #model = new Model();
  readonly #sources: ReelSources;
  readonly #cursors: Cursors;
  readonly #states = new NewestStates();
  readonly #counts: Map<number, number> | null;
  readonly #counting: boolean;
  /** From here on entries are more than counted, wall ms. */
  #detailedFrom = 0;
  #proof: ProofView | null = null;
  #readAt = 0;
  /** Stations with entries since the sums were told last, and when the last of each came. */
  readonly #fresh = new Map<number, number>();
  #summedAt = 0;
  /** Of the time before it is read. */
  readonly #deadLetters: number;
  #at: number;

  private constructor(sources: ReelSources, log: ReelLog, opened: Opened) {
    this.#sources = sources;
    this.#cursors = new Cursors(log.reader, opened.starts, sources.now);
    this.#counts = opened.counts && new Map(opened.counts);
    this.#counting = opened.counts === null && sources.counting();
    this.#at = opened.at;
    this.#deadLetters = opened.deadLetters;
    // What the table of sums would have said. It is not known when ksql counted, so no delay is taken from it.
    for (const [stationId, count] of opened.counts ?? [])
      this.#model.apply({ kind: "summary", at: opened.at, stationId, count }, Number.POSITIVE_INFINITY);
  }

  /** @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_UNREADABLE, REGISTRY_UNAVAILABLE */
  static async open(sources: ReelSources, log: ReelLog, at: number, signal?: AbortSignal): Promise<Reel> {
    const existing = new Set(await log.admin.listTopics());
    const reel = new Reel(sources, log, await open(sources, log, at, existing));
    if (existing.has(sources.topics.stationsTable)) await reel.#stations(log);
    await reel.forward(at, signal);
    return reel;
  }

  /** Compacted, and seldom written: the stations are those of now. */
  async #stations({ admin, reader }: ReelLog): Promise<void> {
    const { stationsTable } = this.#sources.topics;
    const all = new Cursors(reader, await startsAt(admin, stationsTable, 0));
    await all.before(Number.POSITIVE_INFINITY, (record) => this.#apply(record));
  }

  get at(): number {
    return this.#at;
  }

  get model(): Model {
    return this.#model;
  }

  get proof(): ProofView | null {
    return this.#proof;
  }

  get hops(): readonly HopView[] {
    return hopsOf(this.#model, this.#at, this.#proof, this.#verdict);
  }

  /** Would its entries be known if it were asked for again? */
  get isCounting(): boolean {
    return this.#counting;
  }

  /** What is not known of this moment, in sentences. */
  get unknown(): readonly string[] {
    return unknownOf({
      entries: this.#counts ? "counted" : this.#counting ? "counting" : "unknown",
      devices: this.#model.devices.all().length,
      devicesNow: this.#sources.devicesNow(),
      readings: this.#at - this.#readAt < ALL_SILENT_MS,
      verdict: this.#verdict !== null,
    });
  }

  /** @param at - epoch ms, not before the moment where it is. */
  async forward(at: number, signal?: AbortSignal): Promise<void> {
    // A long way is read as fast as it goes; the last seconds are passed as a page would have passed them.
    const settle = Math.max(this.#at, at - SETTLE_MS);
    this.#detailedFrom = Math.max(this.#detailedFrom, settle);
    for (let to = settle; ; to = Math.min(at, to + STEP_MS)) {
      await this.#cursors.before(to + 1, (record) => this.#take(record), signal);
      for (const state of this.#states.take()) await this.#apply(state);
      this.#at = to;
      this.#observe();
      if (to >= at || signal?.aborted) return;
    }
  }

  state(): PageState {
    const { heardAt } = this.#model.devices;
    // Nothing at all in what was read: for at least so long.
    const heard = Math.max(heardAt ?? 0, this.#readAt) || this.#at - ENTRIES_MS;
    return project(this.#model, {
      now: this.#at,
      proof: this.#proof,
      hops: this.hops,
      // They have pages of their own, with their whole time.
      incidents: [],
      // What consumer groups had read, and which processes ran, is kept nowhere.
      writer: { rate: null, waiting: null },
      parts: [],
      silentSince: this.#at - heard > ALL_SILENT_MS ? heard : null,
      live: true,
      watched: this.#sources.watched,
    });
  }

  get #verdict() {
    const { verdict } = this.#model.audit;
    return verdict && this.#at - verdict.asOf <= VERDICT_MS ? verdict : null;
  }

  #observe(): void {
    this.#sum(this.#at);
    const { entries } = this.#model;
    const audit = { verdict: this.#verdict, findings: this.#sources.findings(), entries };
    const deadLetters = this.#deadLetters + this.#model.deadLetters;
    this.#proof = proofAt({ ...audit, deadLetters }, this.#at);
    this.#model.rates.observe(this.#proof);
    const service = this.#model.clock.serviceAt(this.#at);
    if (service !== null) this.#model.history.watch(service);
  }

  /** Of the busiest topics nothing is decoded that is not looked at: playing must be faster than the time that is played. */
  #take(record: InRecord): void | Promise<void> {
    const { topics } = this.#sources;
    const { topic, timestamp } = record;
    if (topic === topics.turnstiles || topic === topics.arrivals)
      this.#readAt = Math.max(this.#readAt, timestamp);
    if (topic === topics.turnstiles) {
      this.#count(record);
      if (timestamp >= this.#detailedFrom) this.#entry(record);
    } else if (topic === topics.devices) this.#states.put(record);
    // Of the auditor's topic only verdicts are read: findings come from the live model, and its memory is large.
    else if (topic !== topics.audit || record.key?.toString() === AUDIT_KEYS.verdict)
      return this.#apply(record);
  }

  /** Its headers say all that is shown of it. */
  #entry({ timestamp: at, headers }: InRecord): void {
    const [deviceId = ""] = (headers[HEADERS.reading] ?? "").split(";", 1);
    const times = parseTimes(headers[HEADERS.times] ?? "") ?? null;
    this.#model.apply({ kind: "entry", at, stationId: stationIn(headers), deviceId, times }, at);
  }

  #count({ timestamp: at, headers }: InRecord): void {
    const stationId = stationIn(headers);
    if (!this.#counts || Number.isNaN(stationId)) return;
    this.#counts.set(stationId, (this.#counts.get(stationId) ?? 0) + 1);
    this.#fresh.set(stationId, at);
    if (Math.abs(at - this.#summedAt) >= SUMMED_MS) this.#sum(at);
  }

  /** As the table of sums tells: now and then, each station's count as it is by then. */
  #sum(at: number): void {
    this.#summedAt = at;
    for (const [stationId, last] of this.#fresh) {
      const count = this.#counts?.get(stationId) ?? 0;
      this.#model.apply({ kind: "summary", at: last, stationId, count }, Number.POSITIVE_INFINITY);
    }
    this.#fresh.clear();
  }

  /** What cannot be decoded is passed over, as the live page does. */
  async #apply(record: InRecord): Promise<void> {
    try {
      const input = await this.#sources.decode(record);
      if (input) this.#model.apply(input, record.timestamp, false);
    } catch (error) {
      if (isCoded(error) && error.retryable) throw error;
    }
  }
}

interface Opened {
  /** The moment from which it is read. */
  readonly at: number;
  readonly starts: readonly Start[];
  readonly counts: Counts | null;
  readonly deadLetters: number;
}

/** Where each topic is to be read from for a moment, and what had been counted by there. Topics that are not there are left out. */
async function open(
  sources: ReelSources,
  { admin }: ReelLog,
  at: number,
  existing: ReadonlySet<string>,
): Promise<Opened> {
  const { topics, lookbackMs, countsBelow } = sources;
  const from = at - ENTRIES_MS;
  const read = lookBacks(topics, lookbackMs).filter(({ topic }) => existing.has(topic));
  const starts = await Promise.all(read.map(({ topic, ms }) => startsAt(admin, topic, at - ms)));
  const entries = starts.flat().filter(({ topic }) => topic === topics.turnstiles);
  const counts = entries.length > 0 ? await countsBelow(entries.map(({ from }) => from)) : null;
  const deadLetters = existing.has(topics.deadLetter) ? await passedIn(admin, topics.deadLetter, from) : 0;
  return { at: from, starts: starts.flat(), counts, deadLetters };
}

/** Offsets of a topic up to a moment that are still there. */
async function passedIn(admin: ReelLog["admin"], topic: string, at: number): Promise<number> {
  const [first, then] = await Promise.all([admin.offsetsAt(topic, 0), admin.offsetsAt(topic, at)]);
  return then.reduce((n, offset, partition) => n + offset - (first[partition] ?? 0), 0);
}
