import { TOPICS } from "../../../schemas/topics.ts";
import type { System } from "../system.ts";

/** One thing that goes wrong, from a moment on and for a while. */
export interface Fault {
  /** Since the faults begin, ms. */
  readonly atMs: number;
  readonly lastsMs: number;
  readonly kind: string;
  /** A device, a box, a process. */
  readonly target: string;
  /** It waits a little for its target to be at work: idle ones lose nothing. */
  readonly aimed: boolean;
}

/** What a kind of fault does. @returns what heals it. */
export type Strike = (system: System, fault: Fault) => (() => void) | undefined;

export interface FaultKind {
  readonly targets: (system: System) => readonly string[];
  readonly strike: Strike;
  /** How often compared to others. */
  readonly weight?: number;
}

const devices = (system: System): readonly string[] => system.field.places;
const boxes = (system: System): readonly string[] => [...system.boxes.keys()];
const gateways = (system: System): readonly string[] => [...system.gateways.keys()];
const stages = (system: System): readonly string[] => [...system.stages.keys()];
const processes = (system: System): readonly string[] => [...system.processes().keys()];
const kafka = (): readonly string[] => ["kafka"];
const clients = (system: System): readonly string[] => [...gateways(system), ...stages(system)];

const onLine =
  (kind: "unplug" | "hang" | "babble" | "noise" | "cut" | "duplicate"): Strike =>
  ({ field }, { target }) => {
    const unit = field.unit(target);
    unit.line.setFault(kind);
    return () => field.heal(unit, kind);
  };

const kill: Strike = (system, { target }) => {
  system.kill(target);
  return () => system.processes().get(target)?.start();
};

/** A device that starts over and over; the moments between are shorter than a greeting. */
const storm: Strike = ({ field, world }, { target, lastsMs }) => {
  const unit = field.unit(target);
  for (let n = 0; n < STORM_BOOTS; n++) {
    world.scheduler.after((lastsMs * n) / STORM_BOOTS, () => {
      unit.reboot(n % 3 === 0);
      unit.press();
    });
  }
  return undefined;
};
const STORM_BOOTS = 80;

/** Every kind, by its name. */
export const KINDS: Readonly<Record<string, FaultKind>> = {
  "line unplugged": { targets: devices, strike: onLine("unplug") },
  "line hangs": { targets: devices, strike: onLine("hang") },
  "line babbles": { targets: devices, strike: onLine("babble") },
  "line noisy": { targets: devices, strike: onLine("noise") },
  "line loses bytes": { targets: devices, strike: onLine("cut") },
  "frames repeated": { targets: devices, strike: onLine("duplicate") },
  "acks lost": {
    targets: devices,
    strike: ({ cables }, { target }) => {
      cables.deaf.add(target);
      return () => cables.deaf.delete(target);
    },
  },
  "device rebooted": {
    targets: devices,
    strike: ({ field }, { target }) => void field.unit(target).reboot(false),
  },
  "device rebooted, old frames late": {
    targets: devices,
    strike: ({ field }, { target }) => void field.unit(target).reboot(true),
  },
  "boot storm": { targets: devices, strike: storm, weight: 0.3 },
  "device replaced": {
    targets: devices,
    strike: ({ field }, { target }) => void field.replace(target),
    weight: 0.5,
  },
  impostor: {
    targets: devices,
    strike: (system, { target }) =>
      isKnown(system, target) ? system.field.impostor(target).back : undefined,
  },
  "process killed": { targets: processes, strike: kill, weight: 4 },
  "process stopped": {
    targets: processes,
    strike: (system, { target }) => {
      const life = system.processes().get(target)?.life;
      life?.stop();
      return () => life?.resume();
    },
    weight: 3,
  },
  "all processes killed": {
    targets: kafka,
    strike: (system) => {
      for (const name of system.processes().keys()) system.kill(name);
      return () => system.start();
    },
    weight: 0.5,
  },
  "disk full": {
    targets: boxes,
    strike: ({ boxes }, { target }) => whileSet(boxes.get(target)?.disk, { full: true }),
  },
  "disk fails": {
    targets: boxes,
    strike: ({ boxes }, { target }) => whileSet(boxes.get(target)?.disk, { failing: true }),
  },
  "disk slow": {
    targets: boxes,
    strike: ({ boxes }, { target }) => whileSet(boxes.get(target)?.disk, { slowMs: 400 }),
  },
  "network cut": {
    targets: boxes,
    strike: ({ network }, { target }) => whileSet(network.link(target), { upCut: true, downCut: true }),
  },
  "only PUBACKs cut": {
    targets: boxes,
    strike: ({ network }, { target }) => whileSet(network.link(target), { downCut: true }),
  },
  "only PUBLISHes cut": {
    targets: boxes,
    strike: ({ network }, { target }) => whileSet(network.link(target), { upCut: true }),
  },
  "network slow": {
    targets: boxes,
    strike: ({ network }, { target }) => whileSet(network.link(target), { delayMs: 700 }),
  },
  "connections reset": {
    targets: boxes,
    strike: ({ network }, { target }) => void network.reset(target),
    weight: 2,
  },
  "Kafka down": { targets: kafka, strike: ({ broker }) => whileSet(broker.faults, { down: true }) },
  "Kafka slow": { targets: kafka, strike: ({ broker }) => whileSet(broker.faults, { slowMs: 300 }) },
  "way to Kafka cut": {
    targets: clients,
    strike: ({ broker }, { target }) => whileSet(broker.path(target), { cut: true }),
  },
  "Kafka's answers lost": {
    targets: clients,
    strike: ({ broker }, { target }) => whileSet(broker.path(target), { mute: true }),
    weight: 2,
  },
  "way to Kafka lossy": {
    targets: clients,
    strike: ({ broker }, { target }) =>
      whileSet(broker.path(target), { losesRequests: 0.1, losesReplies: 0.1 }),
  },
  "transactions hang": {
    targets: kafka,
    strike: ({ broker }) => whileSet(broker.faults, { forgetsMarkers: true }),
    weight: 2,
  },
  "commits lost": {
    targets: kafka,
    strike: ({ broker }) => whileSet(broker.faults, { losesEnd: true }),
  },
  "answers to commits lost": {
    targets: kafka,
    strike: ({ broker }) => whileSet(broker.faults, { losesReply: true }),
  },
  "requests refused as too large": {
    targets: kafka,
    strike: ({ broker }) => whileSet(broker.faults, { refusesAbove: 2_000 }),
  },
  "producers in doubt": {
    targets: kafka,
    strike: ({ broker }) => whileSet(broker.faults, { failsProduce: true }),
    weight: 2,
  },
  "topic made again": {
    targets: kafka,
    strike: (system, { lastsMs }) => void madeAgain(system, lastsMs),
  },
  "agent cloned": {
    targets: boxes,
    strike: (system, { target }) => system.clone(target),
  },
  "partitions moved": { targets: kafka, strike: ({ broker }) => void broker.groups.move(), weight: 2 },
  "clock jumps": {
    targets: (system) => [...processes(system), "field", "kafka"],
    strike: ({ world }, { target, atMs }) =>
      void world.wall(target).jump(Math.round(Math.sin(atMs) * 1_200_000)),
  },
};

/**
 * The raw topic is deleted and made again, in a moment in which nobody needs what is in it: the gateways are cut off until
 * dedup has committed it. The auditor need not have read it. Where that does not come about in time nothing is done.
 */
async function madeAgain(system: System, lastsMs: number): Promise<void> {
  const { broker, gateways, world } = system;
  const { log } = broker.memory;
  const heal = [...gateways.keys()].map((name) => whileSet(broker.path(name), { cut: true }));
  const until = world.scheduler.now + lastsMs + PATIENCE_MS;
  // What was on its way to Kafka when they were cut off arrives, or never does.
  await world.scheduler.sleep(PATIENCE_MS / 20);
  while (!broker.isRead(TOPICS.raw, "dedup") && world.scheduler.now < until) await world.scheduler.sleep(5);
  if (broker.isRead(TOPICS.raw, "dedup")) {
    const partitions = log.partitionCount(TOPICS.raw);
    const config = log.settingsOf(TOPICS.raw);
    world.trace.add("topic made again");
    system.madeAgain = true;
    log.remove(TOPICS.raw);
    log.ensure({ topic: TOPICS.raw, partitions, config });
  }
  for (const each of heal) each?.();
}
const PATIENCE_MS = 2_000;

/** Does the device's agent have its present boot on disk? Before that nobody can tell which of two came first. */
function isKnown({ boxes, field }: System, deviceId: string): boolean {
  const { bootId } = field.unit(deviceId);
  return [...boxes.values()].some(({ disk }) =>
    disk.flushed.ledger(deviceId)?.boots.some((boot) => boot.bootId === bootId && boot.nonce !== null),
  );
}

/** How often a field is set now, and what it is when all is well. */
const set = new WeakMap<object, Map<string, { times: number; readonly well: unknown }>>();

/** Sets these for a while. Where several set the same, the last one to heal sets it back. */
function whileSet<T extends object>(faults: T | undefined, values: Partial<T>): (() => void) | undefined {
  if (!faults) return undefined;
  const fields = set.get(faults) ?? new Map<string, { times: number; readonly well: unknown }>();
  set.set(faults, fields);
  for (const key of Object.keys(values)) {
    const field = fields.get(key) ?? { times: 0, well: faults[key as keyof T] };
    field.times++;
    fields.set(key, field);
  }
  Object.assign(faults, values);
  return () => {
    for (const key of Object.keys(values)) {
      const field = fields.get(key);
      if (field && --field.times === 0) Object.assign(faults, { [key]: field.well });
    }
  };
}
