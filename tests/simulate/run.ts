import { exponential, type Random } from "../../infra/runtime/random.ts";
import { AUDIT_KEYS, type Finding, isOpen } from "../../schemas/audit.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { isIdle, stateOf } from "./coverage.ts";
import { type Fault, KINDS } from "./faults/faults.ts";
import { planned } from "./faults/plan.ts";
import { type Wrong, wrongs } from "./oracle.ts";
import { misreported } from "./said.ts";
import { System } from "./system.ts";
import { sealed } from "./time/sealed.ts";
import type { Followed } from "./way.ts";
import { World } from "./world.ts";

/** Everything starts within this time, ms; and no second boot of a device falls into the second of its first. */
const START_MS = { least: 1_500, most: 60_000 } as const;
const LOOK_MS = 250;
/** A fault that is aimed waits so long at most, and looks so often, ms. */
const AIM_MS = 400;
const AGAIN_MS = 2;
/** Between two presses of one device, on average, ms: each seed has its own, from a full line to a quiet one. */
const PRESS_MS = { least: 12, most: 1_000 } as const;

export interface RunOptions {
  readonly seed: number;
  /** Left out: what the seed plans. */
  readonly faults?: readonly Fault[];
  /** Presses and faults come for so long, ms. */
  readonly troubledMs?: number;
  /** And then all must come through within so long, ms. */
  readonly drainMs?: number;
  /** Between two presses of one device, on average, ms; left out: what the seed says. */
  readonly pressMs?: number;
  readonly onEvent?: (line: string) => void;
  /** The way of this reading is told. */
  readonly follow?: Followed;
}

export interface RunResult {
  readonly seed: number;
  readonly faults: readonly Fault[];
  readonly wrong: readonly Wrong[];
  /** What the auditor says though nothing is lost, and what it does not come to say. */
  readonly audit: readonly string[];
  /** Devices that are said to be away though they are there. */
  readonly said: readonly string[];
  readonly presses: number;
  /** From the end of the faults until all had come through, ms; undefined: it never did. */
  readonly drainedMs: number | undefined;
  /** Is nothing under way at the end? Then what is missing is lost, and not late. */
  readonly atRest: boolean;
  readonly virtualMs: number;
  readonly steps: number;
  readonly digest: string;
  /** Which state each fault met, in their order. */
  readonly met: readonly string[];
  /** Of the reading that was followed: its way, hop by hop. */
  readonly way: readonly string[];
}

/** One run of the whole way. The same options give the same run, to the byte. */
export function simulate(options: RunOptions): Promise<RunResult> {
  const world = new World(options.seed, options.onEvent, options.follow);
  return sealed(world.scheduler, () => run(world, options));
}

async function run(
  world: World,
  { seed, faults: given, troubledMs = 20_000, drainMs = 120_000, pressMs }: RunOptions,
): Promise<RunResult> {
  const { scheduler } = world;
  const system = new System(world);
  system.start();
  await scheduler.run(START_MS.least);
  await scheduler.run(START_MS.most, () => isUp(system));
  if (!isUp(system)) throw new Error("the simulated system does not start");
  const faults = given ?? planned(world.random("plan"), system, troubledMs);
  press(system, troubledMs, pressMs ?? loadOf(world.random("load")));
  const met: string[] = faults.map(() => "");
  for (const [n, fault] of faults.entries())
    strike(system, fault, (state) => {
      met[n] = state;
    });
  const healed =
    scheduler.now + Math.max(troubledMs, ...faults.map(({ atMs, lastsMs }) => atMs + AIM_MS + lastsMs));
  await scheduler.run(healed);
  let drained: number | undefined;
  while (drained === undefined && scheduler.now < healed + drainMs) {
    await scheduler.run(scheduler.now + LOOK_MS);
    for (const { kind, id } of openFindings(system.broker))
      if (kind === "unread" && system.madeAgain) system.resolve(id);
    if (isDrained(system)) drained = scheduler.now - healed;
  }
  const { memory } = system.broker;
  world.way?.records(memory.records(TOPICS.raw), [
    ...memory.records(TOPICS.turnstiles),
    ...memory.records(TOPICS.arrivals),
  ]);
  return {
    seed,
    faults,
    met,
    way: world.way?.lines ?? [],
    wrong: wrongOf(system),
    audit: auditOf(system),
    said: saidOf(system),
    presses: system.field.units.reduce((sum, { presses }) => sum + presses.length, 0),
    drainedMs: drained,
    atRest: isAtRest(system),
    virtualMs: scheduler.now,
    steps: scheduler.steps,
    digest: world.trace.digest(),
  };
}

export function holds({ wrong, audit, said, drainedMs }: RunResult): boolean {
  return [wrong, audit, said].every(({ length }) => length === 0) && drainedMs !== undefined;
}

function isUp({ broker, gateways, verdict }: System): boolean {
  const { log } = broker.memory;
  const served = [...gateways.values()].every(({ sockets }) => sockets);
  return served && log.names().includes(TOPICS.turnstileSummary) && verdict() !== undefined;
}

/** Short gaps are as likely as long ones. */
function loadOf(random: Random): number {
  const { least, most } = PRESS_MS;
  return least * (most / least) ** random();
}

function press(system: System, forMs: number, everyMs: number): void {
  const { world, field } = system;
  const until = world.scheduler.now + forMs;
  for (const place of field.places) {
    const random = world.random(`presses ${place}`);
    const next = (): void => {
      if (world.scheduler.now >= until) return;
      field.press(place);
      world.scheduler.after(exponential(random, everyMs), next);
    };
    world.scheduler.after(exponential(random, everyMs), next);
  }
}

function strike(system: System, fault: Fault, onMet: (state: string) => void): void {
  const { scheduler, trace } = system.world;
  let patienceMs = fault.aimed ? AIM_MS : 0;
  const aim = (): void => {
    if (patienceMs > 0 && isIdle(system, fault)) {
      patienceMs -= AGAIN_MS;
      scheduler.after(AGAIN_MS, aim);
      return;
    }
    onMet(stateOf(system, fault));
    trace.add(`fault ${fault.kind} ${fault.target}`);
    const heal = KINDS[fault.kind]?.strike(system, fault);
    if (!heal) return;
    scheduler.after(fault.lastsMs, () => {
      trace.add(`healed ${fault.kind} ${fault.target}`);
      heal();
    });
  };
  scheduler.after(fault.atMs, aim);
}

/** Have all readings left devices and boxes, and is dedup through with them? */
function isAtRest({ field, boxes, broker }: System): boolean {
  if (field.places.some((place) => field.unit(place).ring.waiting > 0)) return false;
  if ([...boxes.values()].some(({ disk }) => disk.size > 0)) return false;
  return broker.isRead(TOPICS.raw, "dedup");
}

function isDrained(system: System): boolean {
  if (!isAtRest(system)) return false;
  const verdict = system.verdict();
  return verdict?.state === "holds" && wrongOf(system).length === 0 && saidOf(system).length === 0;
}

function wrongOf({ broker, field }: System): readonly Wrong[] {
  const topics = {
    turnstiles: broker.memory.records(TOPICS.turnstiles),
    arrivals: broker.memory.records(TOPICS.arrivals),
    summary: broker.memory.records(TOPICS.turnstileSummary),
  };
  return wrongs(field.units, topics, (unit) => field.unit(unit.ref.id) !== unit);
}

function saidOf({ broker, field }: System): readonly string[] {
  return misreported(broker.memory.records(TOPICS.devices), field.places);
}

function openFindings({ memory }: System["broker"]): readonly Finding[] {
  const findings = new Map<string, Finding>();
  const resolved = new Set<string>();
  for (const { key, value } of memory.records(TOPICS.audit)) {
    const name = String(key);
    if (name.startsWith(AUDIT_KEYS.finding) && value)
      findings.set(name.slice(AUDIT_KEYS.finding.length), JSON.parse(String(value)) as Finding);
    if (name.startsWith(AUDIT_KEYS.resolution)) resolved.add(name.slice(AUDIT_KEYS.resolution.length));
  }
  return [...findings].flatMap(([id, finding]) => (isOpen(finding) && !resolved.has(id) ? [finding] : []));
}

function auditOf({ broker, verdict: verdictNow }: System): readonly string[] {
  const open = openFindings(broker);
  const verdict = verdictNow();
  return [
    ...open.map(({ id, detail }) => `finding ${id}: ${detail}`),
    ...(verdict?.state === "holds" ? [] : [`verdict ${verdict?.state}: ${verdict?.reasons.join("; ")}`]),
  ];
}
