import type { AuditHop, FindingKind, LossCause } from "../../../../../schemas/audit.ts";
import type { HopName } from "../../../../../schemas/page/page.ts";
import type { FindingBrief, ProofView } from "../../../../../schemas/page/proof.ts";
import { choose, count, figure } from "./formats.ts";

const are = (n: number): string => choose(n, "is", "are");

/** The proof and the pipeline. */
export const proof = {
  label: "Proof",
  states: {
    holds: "Every entry is accounted for",
    "catching-up": "Catching up",
    stalled: "Standing still",
    broken: "The counts do not agree",
  } satisfies Record<ProofView["state"], string>,
  nothingYet: "Nothing counted yet",
  auditorSilent: "The auditor is silent",
  placesSilent: (n: number) => `${count(n, "place", "places")} silent`,
  lost: (n: number) => `${figure(n)} lost`,
  nothingLost: "nothing lost",
  nothingLostSoFar: "nothing lost so far",
  /** Why it does not hold, the gravest first: as the server says it. */
  reasons: ({ reasons }: ProofView, _now: number): readonly string[] => reasons,
  /** As the server says it. */
  findingWords: ({ words }: FindingBrief): string => words,
  moreFindings: (n: number) => `${count(n, "more finding", "more findings")}.`,
  sentence: {
    all: (n: number) => `All ${figure(n)} entries at the turnstiles were received, each once and in order`,
    some: (clean: number, all: number) =>
      `${figure(clean)} of ${figure(all)} entries at the turnstiles were received, each once and in order`,
    inTransit: (n: number) => `${figure(n)} ${are(n)} in transit`,
    lost: (n: number) => `${figure(n)} ${are(n)} lost, with a cause`,
    older: (n: number) => `${figure(n)} ${are(n)} older than the audit`,
    allTotalled: "All of them are totalled.",
    notTotalled: (n: number) => `${figure(n)} of them are not totalled yet.`,
  },
  fleet: {
    rows: (rows: number, inKafka: number) =>
      `Vehicles' events: ${figure(rows)} of ${figure(inKafka)} are rows of PostgreSQL`,
    repeated: (n: number) => `${figure(n)} came again`,
    deadLetters: (n: number) => `${figure(n)} ${are(n)} dead letters`,
    waiting: (n: number) => `${figure(n)} ${are(n)} on the way`,
  },
  terms: {
    turnstiles: "at the turnstiles",
    inTransit: "in transit",
    lostWithCause: "lost, with a cause",
    beforeAudit: "before the audit",
    lost: "lost",
    tooMany: "too many",
    receivedOnce: "received once",
    notTotalledYet: "not totalled yet",
    tooOften: "totalled too often",
    notTotalled: "not totalled",
    totalled: "totalled",
    notHereYet: "not here yet",
    newer: "newer",
    screen: "on your screen",
  },
  misdrawn: "drawn wrongly here",
  duplicates: "duplicates removed",
  deadLetters: "dead letters",
  otherPages: "other pages",
  pagesBehind: (behind: number, open: number) =>
    `${figure(behind)} of ${count(open, "page", "pages")} behind`,
  /** The hops as the pipeline draws them. */
  hopNames: {
    serial: "Device → agent",
    mqtt: "Agent → gateway",
    kafka: "Gateway → received once",
    ksql: "Received once → totalled",
  } satisfies Record<HopName, string>,
  hops: {
    device: "Device → agent",
    outbox: "Agent → gateway",
    gateway: "Gateway → raw topic",
    raw: "Raw topic",
    dedup: "Raw topic → received once",
    "station-topic": "Received once → station's own topic",
    summary: "Received once → totalled",
    table: "Vehicles' topic → PostgreSQL",
  } satisfies Record<AuditHop, string>,
  causes: {
    "dead-letter": "in dead letters",
    quarantine: "set aside by agents",
    "ring-full": "refused by full devices",
    "memory-erased": "erased with a memory",
    "outbox-lost": "gone with an outbox",
  } satisfies Record<LossCause, string>,
  kinds: {
    lost: "lost",
    doubled: "doubled",
    "out-of-order": "out-of-order",
    moved: "moved",
    altered: "altered",
    unexpected: "unexpected",
    miscounted: "miscounted",
    unread: "unread",
  } satisfies Record<FindingKind, string>,
  sheet: {
    title: "The proof",
    arrivals: (counted: number, clean: number, waiting: number, lost: number) =>
      `Arrivals of trains: ${figure(counted)} counted by sensors, ${figure(clean)} clean, ${figure(waiting)} on the way, ${figure(lost)} lost.`,
    compared: "What is compared",
    comparedMore:
      "An auditor reads every record, not what others say of it. Each number that an agent had acknowledged must be in the raw topic; each number there that dedup has dealt with must be in the clean topic, once and in order; each station's sum must be the number of its clean records. What differs is named here until an operator resolves it:",
    nothingFound: "Nothing was ever found to be wrong, or lost.",
    open: "Open",
    lost: "Lost, with a cause",
    resolved: "Resolved",
    group: (name: string, n: number) => `${name}: ${count(n, "finding", "findings")}`,
  },
  finding: {
    kind: "kind",
    between: "between",
    cause: "cause",
    boot: "boot",
    readings: "readings",
    firstSeen: "first seen",
    id: "id",
    resolved: "resolved",
    follow: "Follow its first reading, hop by hop",
    noServer: "The server does not answer.",
  },
  pipeline: {
    label: "Pipeline",
    device: "Device",
    edge: "Edge",
    gateway: "Gateway",
    dedup: "Dedup",
    page: "Page",
    serial: "serial",
    wait: (n: number) => ` ${figure(n)} wait`,
    delayTitle: "Half of the readings take less; 95 in 100 less than the second figure",
    rateTitle: "Entries per second that pass here, and in the last minute",
  },
};
