import type { Kafka } from "../../../../infra/runtime/kafka/ports.ts";
import { printableDeep } from "../../../../infra/runtime/text/printable.ts";
import { isCoded } from "../../../../schemas/errors.ts";
import { type DeviceRef, parseDeviceId } from "../../../../schemas/network/devices.ts";
import { stationById } from "../../../../schemas/network/network.ts";
import type { PartView } from "../../../../schemas/page/page.ts";
import type { StoryAnswer, StoryOffer, StoryRef } from "../../../../schemas/page/story.ts";
import type { Reading } from "../../../../schemas/readings.ts";
import type { Topics } from "../../../../schemas/topics.ts";
import { FrameDecoder } from "../../../../schemas/wire/decoder.ts";
import { findingWords } from "../../../audit/words.ts";
import type { Model } from "../model/model.ts";
import { isoOf } from "./iso.ts";
import { type Located, Locator } from "./located.ts";
import { hopsOf, isSetAside, type Known, passed, type Wait, waitAt } from "./progress.ts";
import { type SimulatedDevice, SimulatedDevices, type SimulatedRing } from "./simulator.ts";
import { tellHops } from "./tell.ts";

export interface StoriesOptions {
  readonly kafka: Kafka;
  readonly topics: Topics;
  readonly model: Model;
  readonly simulatorUrl: string | null;
  readonly parts: () => readonly PartView[];
  readonly down: () => readonly string[];
  /** Wall clock, epoch ms. */
  readonly now: () => number;
}

/** Readings that are offered to be followed. */
const OFFERS = 12;

/** Follows single readings: where they are, what waits, and the bytes that lie there. Nothing is read for those not asked for. */
export class Stories {
  readonly #options: StoriesOptions;
  readonly #locator: Locator;
  readonly #simulated: SimulatedDevices;

  constructor(options: StoriesOptions) {
    this.#options = options;
    const { trail, audit } = options.model;
    this.#locator = new Locator({ ...options, trail, earlier: () => audit.regrouping?.from });
    this.#simulated = new SimulatedDevices(options.simulatorUrl);
  }

  offers(): StoryOffer[] {
    const { trail } = this.#options.model;
    return trail
      .all()
      .slice(0, OFFERS)
      .flatMap(({ deviceId, bootId, seq, place }) => {
        const device = parseDeviceId(deviceId);
        if (!device) return [];
        const of = { stationId: device.stationId, stationName: nameOf(device.stationId) };
        return [{ deviceId, bootId, seq, ...of, at: isoOf(place.at) }];
      });
  }

  /** The reading that a device numbered last, as far as is known; undefined: nothing is known of it. */
  async newest(deviceId: string): Promise<StoryRef | undefined> {
    const device = await this.#simulated.device(deviceId);
    if (device && device.seq > 0) return { deviceId, bootId: device.bootId, seq: device.seq };
    const { devices, dedup, trail } = this.#options.model;
    const heard = devices.all().find(({ id }) => id === deviceId);
    const known = [
      ...(heard?.reported.boots ?? []).map(({ bootId, numbered }) => ({ bootId, seq: numbered })),
      ...dedup
        .boots(deviceId)
        .map(({ boot_id, ranges }) => ({ bootId: boot_id, seq: ranges.at(-1)?.to ?? 0 })),
      ...[trail.newest(deviceId)].filter((read) => read !== undefined),
    ].filter(({ seq }) => seq > 0);
    const [last] = known.sort((x, y) => y.bootId - x.bootId || y.seq - x.seq);
    return last && { deviceId, bootId: last.bootId, seq: last.seq };
  }

  /**
   * @returns undefined: there is no such device here.
   * @throws {CodedError} what is no trouble of Kafka or of the registry
   */
  async tell(ref: StoryRef): Promise<StoryAnswer | undefined> {
    const device = parseDeviceId(ref.deviceId);
    if (!device) return undefined;
    const ring = await this.#simulated.ring(ref);
    const before = this.#known(ref, device, ring?.device ?? null, this.#locator.of(ref), ring?.frame ?? null);
    if (!ring && !before.device && before.dedup.length === 0) return undefined;
    const located = await this.#locate(ref, device, before, ring);
    const known = this.#known(ref, device, ring?.device ?? null, located, ring?.frame ?? null);
    // Records and states came from outside.
    return printableDeep(this.#answer(known, device, located));
  }

  async stop(): Promise<void> {
    await this.#locator.stop();
  }

  async #locate(
    ref: StoryRef,
    device: DeviceRef,
    before: Known,
    ring: SimulatedRing | null,
  ): Promise<Located> {
    const { topics, now } = this.#options;
    const seen = this.#locator.of(ref);
    if (ring?.frame) seen.frame = Buffer.from(ring.frame, "hex");
    const clean = device.kind === "turnstile" ? topics.turnstiles : topics.arrivals;
    const hops = hopsOf(device.kind);
    const done = passed(before);
    const counted = done > hops.indexOf("clean");
    const pressedAt = done > hops.indexOf("disk") ? (readingOf(seen.frame)?.deviceTime ?? null) : null;
    try {
      const search = { counted, pressedAt, now: now() };
      return await this.#locator.locate(ref, { clean, stationId: device.stationId }, search);
    } catch (error) {
      // While Kafka is away the story goes on with what is known.
      if (isCoded(error) && error.retryable) return seen;
      throw error;
    }
  }

  #known(
    ref: StoryRef,
    device: DeviceRef,
    simulated: SimulatedDevice | null,
    located: Located,
    frame: string | null,
  ): Known {
    const { model, parts, down } = this.#options;
    const heard = model.devices.all().find(({ id }) => id === ref.deviceId);
    return {
      ref,
      kind: device.kind,
      simulated: simulated && {
        bootId: simulated.bootId,
        seq: simulated.seq,
        plugged: simulated.path !== null,
        faults: simulated.faults,
        held: frame !== null,
      },
      device: heard && {
        state: heard.state,
        reason: heard.reason,
        since: heard.since,
        positions: heard.reported.positions,
        boots: heard.reported.boots ?? [],
      },
      agent: model.devices.agent(device.stationId),
      dedup: model.dedup.boots(ref.deviceId),
      found: {
        raw: located.raw !== null,
        clean: located.clean !== null || model.trail.find(ref) !== undefined,
        row: located.row !== null,
        cuts: model.trail.hasCuts(device.stationId),
        audited: located.clean !== null && model.trail.auditedAt(located.clean) !== undefined,
      },
      parts: parts(),
      down: down(),
    };
  }

  #answer(known: Known, device: DeviceRef, located: Located): StoryAnswer {
    const { ref, kind } = known;
    const loss = this.#loss(known);
    const hops = hopsOf(kind);
    const done = passed(known);
    const next = hops[done];
    const state =
      loss !== null ? "lost" : next === undefined ? "counted" : done === 0 ? "ahead" : "under-way";
    const { trail } = this.#options.model;
    const told = tellHops({
      ...{ known, device, located },
      reading: located.raw?.reading ?? readingOf(located.frame),
      auditedAt: (located.clean && trail.auditedAt(located.clean)) ?? null,
    });
    const wait = loss === null && next !== undefined ? waitAt(next, known) : null;
    return {
      ...ref,
      kind,
      stationId: device.stationId,
      stationName: nameOf(device.stationId),
      asOf: isoOf(this.#options.now()),
      state,
      wait: wait && waitAnswer(wait, told[done - 1]?.at ?? null),
      loss,
      hops: told,
    };
  }

  /** What became of a reading that will not come; null: it is not known to be lost. */
  #loss(known: Known): string | null {
    const { ref } = known;
    const finding = this.#options.model.audit.findings.find(
      ({ deviceId, bootId, ranges, kind }) =>
        kind === "lost" &&
        deviceId === ref.deviceId &&
        bootId === ref.bootId &&
        ranges.some(({ from, to }) => from <= ref.seq && ref.seq <= to),
    );
    if (finding) return findingWords(finding);
    return isSetAside(known)
      ? "It could not be taken, and is in the dead-letter topic with its reason."
      : null;
  }
}

function waitAnswer({ words, since, fault }: Wait, came: string | null): StoryAnswer["wait"] {
  return { words, since: since === null ? came : isoOf(since), fault };
}

/** The reading in a frame of a ring. */
function readingOf(wire: Buffer | null): Reading | null {
  const [decoded] = wire ? new FrameDecoder().push(wire) : [];
  if (decoded?.kind !== "frame" || decoded.frame.type !== "reading") return null;
  const { type: _, ...reading } = decoded.frame;
  return reading;
}

function nameOf(stationId: number): string {
  return stationById(stationId)?.name ?? String(stationId);
}
