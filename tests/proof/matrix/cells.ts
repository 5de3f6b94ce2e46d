import type { AuditHop, FindingKind } from "../../../schemas/audit.ts";
import { DEVICE_KINDS, type DeviceKind } from "../../../schemas/network/devices.ts";
import { FAULTS } from "../injectors/strike.ts";

/** Where an injector reaches in, in the order of a reading's way. */
export const INJECTION_POINTS = [
  "device memory",
  "outbox",
  "before raw",
  "raw",
  "dedup",
  "clean topic",
  "summary",
  "PostgreSQL",
] as const;
export type InjectionPoint = (typeof INJECTION_POINTS)[number];

type Fault = (typeof FAULTS)[number];

/** Which of the struck readings a finding must name; `sum`: a count has no names, only a station and a difference. */
type Named = "one" | "pair" | "fifty" | "all" | "sum";

/** A finding that must appear. */
export interface Expected {
  readonly whose: "target" | "partner";
  readonly kinds: readonly FindingKind[];
  /** More than one where no record can tell which of them it was. */
  readonly hops: readonly AuditHop[];
  readonly named: Named;
  /** For a sum: what it is off by, in units of the readings struck. */
  readonly off?: -1 | 1;
}

export type CellOutcome =
  | { readonly kind: "named"; readonly findings: readonly Expected[] }
  /** It happens in honest runs: nothing may be found. */
  | { readonly kind: "honest"; readonly why: string }
  /** There is no such cell. */
  | { readonly kind: "none"; readonly why: string };

export interface Cell {
  readonly place: InjectionPoint;
  readonly fault: Fault;
  /** Whose readings are struck. */
  readonly device: DeviceKind;
  readonly outcome: CellOutcome;
}

const named = (...findings: Expected[]): CellOutcome => ({ kind: "named", findings });
const honest = (why: string): CellOutcome => ({ kind: "honest", why });
const none = (why: string): CellOutcome => ({ kind: "none", why });

const target = (
  kinds: readonly FindingKind[],
  hops: readonly AuditHop[],
  names: Named,
  off?: -1 | 1,
): Expected => ({ whose: "target", kinds, hops, named: names, ...(off === undefined ? {} : { off }) });
const partner = (...given: Parameters<typeof target>): Expected => ({
  ...target(...given),
  whose: "partner",
});

const RESENT = honest(
  "an agent or device that misses an acknowledgement sends again; dedup drops the second",
);
const ONE_MEMORY = none(
  "a memory holds its own device's readings only, and every frame carries the device's id",
);
const IN_ORDER = none(
  "the agent stores a boot's readings in their order only, and asks again for what is missing",
);

/** The agent is the only witness of what its disk held, so a row that vanished looks like one the gateway lost. */
const UNSEEN = ["outbox", "gateway"] as const;
/** Likewise a raw record that was rewritten before anybody read it, but not one that is gone: its offset is missing. */
const FIELD = ["device", "outbox", "gateway"] as const;

const TABLE: Readonly<Record<InjectionPoint, Readonly<Record<Fault, CellOutcome>>>> = {
  "device memory": {
    "lost 1": named(target(["lost"], FIELD, "one")),
    "doubled 1": RESENT,
    "swapped pair": IN_ORDER,
    "moved to another station": ONE_MEMORY,
    "±50 that cancel": named(target(["lost"], FIELD, "fifty")),
    "whole batch gone": named(target(["lost"], FIELD, "all")),
  },
  outbox: {
    "lost 1": named(target(["lost"], UNSEEN, "one")),
    "doubled 1": RESENT,
    "swapped pair": named(target(["out-of-order"], UNSEEN, "pair")),
    "moved to another station": named(target(["moved", "lost"], [...UNSEEN, "dedup"], "one")),
    "±50 that cancel": named(target(["lost"], UNSEEN, "fifty")),
    "whole batch gone": named(target(["lost"], UNSEEN, "all")),
  },
  "before raw": {
    "lost 1": named(target(["lost"], ["gateway"], "one")),
    "doubled 1": RESENT,
    "swapped pair": named(target(["out-of-order"], ["gateway"], "pair")),
    "moved to another station": named(target(["moved", "lost"], ["gateway", "dedup"], "one")),
    "±50 that cancel": named(target(["lost"], ["gateway"], "fifty")),
    "whole batch gone": named(target(["lost"], ["gateway"], "all")),
  },
  raw: {
    "lost 1": named(target(["lost"], ["gateway", "raw"], "one")),
    "doubled 1": RESENT,
    "swapped pair": named(target(["out-of-order"], ["gateway", "raw"], "pair")),
    "moved to another station": named(target(["moved", "lost"], ["gateway", "raw", "dedup"], "one")),
    "±50 that cancel": named(target(["lost"], ["gateway", "raw"], "fifty")),
    "whole batch gone": named(target(["lost", "unread"], ["gateway", "raw"], "all")),
  },
  dedup: {
    "lost 1": named(target(["lost"], ["dedup"], "one")),
    "doubled 1": named(target(["doubled"], ["dedup"], "one")),
    "swapped pair": named(target(["out-of-order"], ["dedup"], "pair")),
    "moved to another station": named(target(["moved", "lost"], ["dedup"], "one")),
    "±50 that cancel": named(target(["lost"], ["dedup"], "fifty")),
    "whole batch gone": named(target(["lost"], ["dedup"], "all")),
  },
  "clean topic": {
    "lost 1": named(target(["lost"], ["dedup"], "one")),
    "doubled 1": named(target(["doubled"], ["dedup"], "one")),
    "swapped pair": named(target(["out-of-order"], ["dedup"], "pair")),
    "moved to another station": named(target(["moved"], ["dedup"], "one")),
    "±50 that cancel": named(target(["lost"], ["dedup"], "fifty"), partner(["doubled"], ["dedup"], "fifty")),
    "whole batch gone": named(target(["lost"], ["dedup"], "all")),
  },
  summary: {
    "lost 1": named(target(["miscounted"], ["summary"], "sum", -1)),
    "doubled 1": named(target(["miscounted"], ["summary"], "sum", 1)),
    "swapped pair": none("a sum has no order"),
    "moved to another station": named(
      target(["miscounted"], ["summary"], "sum", -1),
      partner(["miscounted"], ["summary"], "sum", 1),
    ),
    "±50 that cancel": named(
      target(["miscounted"], ["summary"], "sum", -1),
      partner(["miscounted"], ["summary"], "sum", 1),
    ),
    "whole batch gone": named(target(["miscounted"], ["summary"], "sum", -1)),
  },
  PostgreSQL: allOf(
    none("readings of trains and turnstiles do not go there; vehicles' events do: table.test.ts"),
  ),
};

function allOf(outcome: CellOutcome): Readonly<Record<Fault, CellOutcome>> {
  return Object.fromEntries(FAULTS.map((fault) => [fault, outcome])) as Record<Fault, CellOutcome>;
}

/** Every place with every fault, for turnstiles and for sensors. */
export const CELLS: readonly Cell[] = INJECTION_POINTS.flatMap((place) =>
  FAULTS.flatMap((fault) =>
    DEVICE_KINDS.map((device) => ({ place, fault, device, outcome: outcomeOf(place, fault, device) })),
  ),
);

function outcomeOf(place: InjectionPoint, fault: Fault, device: DeviceKind): CellOutcome {
  if (place === "summary" && device === "arrival") return none("arrivals are in no sum");
  return TABLE[place][fault];
}

/** Those that can be done: each wants something found, or nothing. */
export const DOABLE = CELLS.filter(({ outcome }) => outcome.kind !== "none");
