import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { STATIONS } from "../../schemas/network/network.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { proofOf } from "../pipeline/agreement.ts";
import { openViewer, type Viewer } from "../support/viewer.ts";
import { type BrowserEvidence, BrowserWitness } from "./browser-witness.ts";
import { CleanTopic, summedBy } from "./clean-topic.ts";
import { differing, type Evidence, evidenceOf } from "./evidence.ts";
import { FAULTS, kindsOf } from "./faults.ts";
import { fencings } from "./fencings.ts";
import { type Joined, joinedTransactions } from "./joined-transactions.ts";
import { type PlannedFault, planned } from "./plan.ts";
import { Presses } from "./presses.ts";
import { Site, type SiteOptions, WHOLE_NETWORK } from "./site.ts";
import { type FleetEvidence, Vehicles } from "./vehicles.ts";

export interface ChaosOptions extends SiteOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Presses a second over all devices. */
  readonly rate: number;
  readonly faults: readonly string[];
  /** How long everything may take to come through once the faults are over, ms. */
  readonly settleMs: number;
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What five witnesses that share no code say of the same readings, and the vehicles of their events. */
interface Counted {
  readonly seed: number;
  readonly minutes: number;
  readonly faults: Readonly<Record<string, number>>;
  /** The presses as they were written down, against a foreign consumer of the clean topic. */
  readonly pressed: number;
  readonly refused: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
  /** Named, at most twenty. */
  readonly named: readonly string[];
  /** Stations whose sum in ksql is not the clean topic's count: station, clean, summed. */
  readonly missummed: readonly (readonly [string, number, number])[];
  /** Entries on the page, as a program reads its messages. */
  readonly page: number;
  /** Entries on the page, as a real browser shows them. */
  readonly browser: BrowserEvidence;
  /** Stations whose name on the page is not PostgreSQL's: station, table, page. */
  readonly misnamed: readonly (readonly [string, string, string])[];
  /** Devices that stand on their lines, and that the page does not call online: device, its word. */
  readonly misreported: readonly (readonly [string, string])[];
  /** Events of vehicles that were acknowledged, against PostgreSQL's rows. */
  readonly fleet: FleetEvidence;
  readonly auditor: { readonly state: string; readonly findings: number };
  /** From the end of the faults until all agreed, ms; null: they never did. */
  readonly drainedMs: number | null;
  /** Does the auditor say what the others say? */
  readonly agrees: boolean;
  readonly holds: boolean;
}

export interface ChaosReport extends Counted {
  /** How often a controller took a broker for lost, by Kafka's own log. */
  readonly fencings: number;
  /** Markers that ended the transactions of two epochs, by Kafka's own log. */
  readonly joined: readonly Joined[];
}

/** Both turnstiles of every eighth station, on all lines: one fault strikes some of them, and together they bear thousands a second. */
const DEVICES = STATIONS.filter((_, n) => n % 8 === 0).flatMap(({ id }) => [`${id}-T1`, `${id}-T2`]);
const LOOK_MS = 1_000;

/** A whole system under load and a seed's faults; then everything heals, drains and is counted by every witness. */
export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const site = await Site.open(options);
  let counted: Counted;
  try {
    counted = await struckAndCounted(site, options);
    for (const part of counted.holds ? [] : Object.keys(options.replace))
      options.note(`the last words of ${part}:\n${site.logOf(part)}`);
  } finally {
    await site.close();
  }
  const dataFolders = site.brokers.map((broker) => join(options.home, broker, "data"));
  const joined = dataFolders.flatMap(joinedTransactions);
  const holds = counted.holds && joined.length === 0;
  // Each broker is a controller, and has the cluster's own topic whole, or as far as it was up.
  return { ...counted, fencings: Math.max(...dataFolders.map(fencings)), joined, holds };
}

async function struckAndCounted(site: Site, options: ChaosOptions): Promise<Counted> {
  const { note, rate } = options;
  const { endpoints } = site.system;
  const clean = await CleanTopic.open(endpoints.KAFKA_BROKERS, TOPICS.turnstiles);
  const viewer = openViewer(endpoints.DASHBOARD_URL);
  const browser = await BrowserWitness.open(endpoints.DASHBOARD_URL);
  const vehicles = new Vehicles(endpoints.FLEET_URL, endpoints.POSTGRES_URL);
  try {
    const presses = new Presses(site.simulator, DEVICES, rate);
    site.presses = presses;
    const failed = new AbortController();
    const signal = AbortSignal.any([options.signal, failed.signal]);
    const [struck] = await Promise.all([
      strike(site, { ...options, signal }).finally(() => presses.end()),
      // Without presses there is nothing more to find out.
      presses.run().finally(() => failed.abort()),
    ]);
    site.rule(WHOLE_NETWORK);
    await site.simulator.heal();
    note(`${presses.total} presses; everything heals and drains`);
    void vehicles.end();
    return await settled({ site, clean, viewer, browser, presses, vehicles }, struck, options);
  } finally {
    vehicles.abandon();
    viewer.close();
    await browser.close();
    await clean.close();
  }
}

/** Resolves when all of them are over. @returns how many of each. */
async function strike(
  site: Site,
  { seed, minutes, faults, note, signal }: ChaosOptions,
): Promise<Readonly<Record<string, number>>> {
  const plan = planned(seed, minutes * 60_000, kindsOf(faults, site, DEVICES));
  const began = performance.now();
  const struck: Record<string, number> = {};
  const lasting = new Set<Promise<void>>();
  for (const fault of plan) {
    await sleep(Math.max(0, fault.atMs - (performance.now() - began)), undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    note(wordsOf(fault));
    struck[fault.fault] = (struck[fault.fault] ?? 0) + 1;
    const running = (FAULTS[fault.fault]?.strike(site, fault) ?? Promise.resolve())
      // A part that is just being started has no process to strike.
      .catch((error) => note(`  not struck: ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => lasting.delete(running));
    lasting.add(running);
  }
  await sleep(Math.max(0, minutes * 60_000 - (performance.now() - began)), undefined, { signal }).catch(
    () => {},
  );
  await Promise.all(lasting);
  return struck;
}

function wordsOf({ fault, target, forMs }: PlannedFault): string {
  return [fault, target, forMs > 0 ? `for ${(forMs / 1000).toFixed(1)} s` : ""]
    .filter((word) => word !== "")
    .join(" ");
}

interface Witnesses {
  readonly site: Site;
  readonly clean: CleanTopic;
  readonly viewer: Viewer;
  readonly browser: BrowserWitness;
  readonly presses: Presses;
  readonly vehicles: Vehicles;
}

/** Wait until all agree. A count that is too high never comes down again, so waiting hides nothing. */
async function settled(
  witnesses: Witnesses,
  struck: Readonly<Record<string, number>>,
  options: ChaosOptions,
): Promise<Counted> {
  const began = performance.now();
  let last = "";
  // A browser that was ended with this process does not answer any more.
  const ended = new Promise<never>((_, reject) => {
    const over = (): void => reject(new Error("ended before all agreed"));
    if (options.signal.aborted) over();
    options.signal.addEventListener("abort", over, { once: true });
  });
  ended.catch(() => {});
  for (;;) {
    options.signal.throwIfAborted();
    const afterMs = Math.round(performance.now() - began);
    const report = await Promise.race([ended, reported(witnesses, struck, options, afterMs)]).catch(
      (error) => {
        last = error instanceof Error ? error.message : String(error);
        return undefined;
      },
    );
    if (report?.holds) return report;
    if (afterMs > options.settleMs) {
      if (report) return { ...report, drainedMs: null };
      throw new Error(`after ${options.settleMs} ms not everybody can be asked: ${last}`);
    }
    await sleep(LOOK_MS);
  }
}

async function reported(
  { site, clean, viewer, browser, presses, vehicles }: Witnesses,
  faults: Readonly<Record<string, number>>,
  { seed, minutes, replace }: ChaosOptions,
  drainedMs: number,
): Promise<Counted> {
  const { endpoints } = site.system;
  await site.resolveDeletions();
  const [sums, proof, fleet, names, seen] = await Promise.all([
    summedBy(endpoints.KSQLDB_URL),
    proofOf(endpoints.DASHBOARD_URL),
    vehicles.evidence(),
    site.stations.names(),
    browser.evidence(presses.taken),
  ]);
  const evidence = evidenceOf(presses.taken, clean.records);
  const missummed = differing(clean.stations, sums);
  const shown = viewer.state?.stations ?? {};
  const misnamed = [...names].flatMap(([id, name]) => {
    const onPage = shown[id]?.name ?? "nothing";
    return onPage === name ? [] : [[id, name, onPage] as const];
  });
  const misreported = DEVICES.flatMap((device) => {
    const word = viewer.state?.devices[device]?.state ?? "nothing";
    return word === "online" ? [] : [[device, word] as const];
  });
  const { lost, doubled, outOfOrder, pressed } = evidence;
  const auditor = { state: proof.state, findings: proof.findings.open };
  const wrong =
    lost + doubled + outOfOrder + evidence.strange.length + missummed.length + fleet.differing.length;
  const isSeen = seen.missing !== null || (seen.total === pressed && seen.differing.length === 0);
  const counted = wrong === 0 && viewer.entries === pressed && fleet.isOver && isSeen;
  const calm = auditor.state === "holds" && auditor.findings === 0;
  // Another's gateway need not tell what the auditor has to hear of the devices: the others judge it.
  const ours = Object.keys(replace).length === 0;
  return {
    ...{ seed, minutes, faults, pressed, refused: presses.refused, lost, doubled, outOfOrder },
    named: namedIn(evidence),
    missummed,
    misnamed,
    misreported,
    page: viewer.entries,
    browser: seen,
    fleet,
    auditor,
    drainedMs,
    agrees: counted === calm,
    holds: counted && misnamed.length === 0 && ((calm && misreported.length === 0) || !ours),
  };
}

function namedIn({ devices, strange }: Evidence): readonly string[] {
  const words = devices.flatMap(({ device, pressed, arrived, doubled, outOfOrder }) => [
    ...(arrived === pressed ? [] : [`${device}: ${pressed} pressed, ${arrived} arrived`]),
    ...doubled.map((reading) => `${reading} doubled`),
    ...outOfOrder.map((reading) => `${reading} out of order`),
  ]);
  return [...words, ...strange.map((reading) => `${reading}: not pressed`)].slice(0, 20);
}
