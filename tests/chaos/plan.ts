import { seededRandom } from "../../infra/runtime/random.ts";

/** A fault, when it begins after the start of the load, what it strikes and how long it lasts, ms. */
export interface PlannedFault {
  readonly atMs: number;
  readonly fault: string;
  readonly target: string;
  readonly forMs: number;
}

/** What a plan needs to know of a kind of fault. */
export interface FaultKind {
  readonly name: string;
  /** How often it comes beside the others. */
  readonly weight: number;
  readonly targets: readonly string[];
  /** Least and most, ms; [0, 0]: it is over at once. */
  readonly lasts: readonly [number, number];
}

/** Between the beginnings of two faults, ms: less than most of them last, so that several hold at once. */
const PAUSE_MS = { least: 1_000, most: 9_000 };

/** The same seed, kinds and time give the same faults. */
export function planned(seed: number, forMs: number, kinds: readonly FaultKind[]): readonly PlannedFault[] {
  const random = seededRandom(seed, "chaos");
  const between = (least: number, most: number): number => Math.round(least + random() * (most - least));
  const total = kinds.reduce((sum, { weight }) => sum + weight, 0);
  const plan: PlannedFault[] = [];
  for (let atMs = between(0, PAUSE_MS.most); atMs < forMs; atMs += between(PAUSE_MS.least, PAUSE_MS.most)) {
    const kind = weighted(kinds, random() * total);
    if (!kind) break;
    const target = kind.targets[Math.floor(random() * kind.targets.length)] ?? "";
    plan.push({ atMs, fault: kind.name, target, forMs: between(...kind.lasts) });
  }
  return plan;
}

function weighted(kinds: readonly FaultKind[], at: number): FaultKind | undefined {
  let left = at;
  return kinds.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
}
