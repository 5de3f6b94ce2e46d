import { exponential, type Random } from "../../../infra/runtime/random.ts";
import type { System } from "../system.ts";
import { type Fault, KINDS } from "./faults.ts";

/** Faults per run, at most and at least. */
const [LEAST, MOST] = [3, 12];
/** How long one lasts on average, as a share of the time in which they begin. */
const MEAN_SHARE = 1 / 8;

/** Share of the faults that wait for their target to be at work. */
const AIMED = 0.6;

/** What goes wrong in a run: all of it is chosen before anything happens, so any part of it can be left out. */
export function planned(random: Random, system: System, withinMs: number): readonly Fault[] {
  const count = LEAST + Math.floor(random() * (MOST - LEAST + 1));
  const faults = Array.from({ length: count }, (): Fault => {
    const kind = weighted(random);
    const targets = KINDS[kind]?.targets(system) ?? [];
    const target = targets[Math.floor(random() * targets.length)] ?? "";
    const atMs = Math.round(random() * withinMs);
    const lastsMs = Math.round(100 + exponential(random, withinMs * MEAN_SHARE));
    return { atMs, lastsMs, kind, target, aimed: random() < AIMED };
  });
  return faults.sort((one, other) => one.atMs - other.atMs);
}

function weighted(random: Random): string {
  const kinds = Object.entries(KINDS);
  const sum = kinds.reduce((total, [, { weight = 1 }]) => total + weight, 0);
  let left = random() * sum;
  for (const [name, { weight = 1 }] of kinds) {
    left -= weight;
    if (left < 0) return name;
  }
  return kinds[0]?.[0] ?? "";
}

export function textOf({ atMs, lastsMs, kind, target }: Fault): string {
  return `${(atMs / 1000).toFixed(1).padStart(6)} s  ${kind}: ${target}, for ${(lastsMs / 1000).toFixed(1)} s`;
}
