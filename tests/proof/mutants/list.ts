/** A rule of the auditor, or of a change of the number of partitions, broken. */
export interface Mutant {
  /** What no longer holds. */
  readonly rule: string;
  /** Left out: `central/audit`. */
  readonly folder?: string;
  /** In that folder. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

/** Each breaks one rule; what it breaks is no type error and no crash, but a wrong word. */
export const MUTANTS: readonly Mutant[] = [
  {
    rule: "what has its PUBACK is in raw",
    file: "core/acknowledged.ts",
    from: "for (const range of boot.unaccounted.acked) this.#unacked(boot, range, evidence);",
    to: "",
  },
  {
    rule: "an agent's word is held only against what raw held by then",
    file: "core/partition.ts",
    from: "const due = this.#claims.filter((claim) => claim.look < look);",
    to: "const due = this.#claims;",
  },
  {
    rule: "ten set aside excuse ten",
    file: "core/acknowledged.ts",
    from: "const aside = Math.min(free, to - from + 1);",
    to: "const aside = to - from + 1;",
  },
  {
    rule: "raw shows a boot's numbers in order",
    file: "core/boot.ts",
    from: "else if (hole.agentBoot === agentBoot) filled.late.push(part);",
    to: "else if (hole.agentBoot !== agentBoot) filled.late.push(part);",
  },
  {
    rule: "what came again in raw is no second reading",
    file: "core/device.ts",
    from: "for (const range of fresh) {",
    to: "for (const range of [{ from, to }]) {",
  },
  {
    rule: "a number is in the clean topic once",
    file: "core/expectation.ts",
    from: 'if (seen.has(seq)) return { what: "doubled" };',
    to: "",
  },
  {
    rule: "the clean topic has the order of raw",
    file: "core/expectation.ts",
    from: 'return { what: "out-of-order" };',
    to: 'return { what: "expected", at: -1, content: undefined };',
  },
  {
    rule: "what dedup is through with is in the clean topic",
    file: "core/device.ts",
    from: "this.#account.lost({ ...lost, ...part }, cause, detail);",
    to: "if (reason === undefined) this.#account.counts.unaudited += to - from + 1;\n        else this.#account.lost({ ...lost, ...part }, cause, detail);",
  },
  {
    rule: "a cut closes only when all that came of it has been read",
    file: "core/commit-cut.ts",
    from: "caught <= this.#pending.look ||",
    to: "",
  },
  {
    rule: "nothing is in the clean topic that is not in raw",
    file: "core/early.ts",
    from: "const before = this.#runs.filter((run) => run.look < look);",
    to: "const before: EarlyRun[] = [];",
  },
  {
    rule: "the clean topic has the order of raw, also where it was read first",
    file: "core/early.ts",
    from: "const behind = this.#overtaken.filter(({ ordinal }) => ordinal > part.ordinal);",
    to: "const behind: Overtaken[] = [];",
  },
  {
    rule: "a dead letter excuses the run that it names, and no other one of its batch",
    file: "core/dead-letters.ts",
    from: "runs.length === 0 ? [run] : named",
    to: "[run]",
  },
  {
    rule: "a clean record is under its own station",
    file: "core/partition.ts",
    from: "return said !== null && said !== stationId;",
    to: "return said !== null && said < 0;",
  },
  {
    rule: "a clean record says what raw said",
    file: "core/device.ts",
    from: "passing.content !== undefined && passing.content !== content",
    to: "passing.content === undefined && passing.content !== content",
  },
  {
    rule: "a sum that is too low is as wrong as one that is too high",
    file: "core/summary.ts",
    from: "if (cut !== undefined && difference !== undefined) {",
    to: "if (cut !== undefined && difference !== undefined && difference >= 0) {",
  },
  {
    rule: "a sum is judged only when all rows of its transaction have been read",
    file: "core/table-cuts.ts",
    from: "newest, final: before.newest });",
    to: "newest, final: newest });",
  },
  {
    rule: "a copy per station is a copy of each",
    file: "core/device.ts",
    from: 'if (what === "doubled") found("doubled", "in the station\'s own topic again");',
    to: "",
  },
  {
    rule: "a finding outlives the auditor",
    file: "core/findings.ts",
    from: "this.#all.set(finding.id, { ...finding, resolved });",
    to: "",
  },
  {
    rule: "of two states the greater counts",
    file: "core/reported-states.ts",
    from: "this.#agents.get(state.stationId)?.state) >= 0)",
    to: "this.#agents.get(state.stationId)?.state) <= 0)",
  },
  {
    rule: "an open finding is broken, whatever else is silent",
    file: "core/verdict.ts",
    from: 'open.length > 0\n        ? "broken"\n        : silent.length > 0 || worst === "stalled"\n          ? "stalled"',
    to: 'silent.length > 0 || worst === "stalled"\n        ? "stalled"\n        : open.length > 0\n          ? "broken"',
  },
  {
    rule: "an event in Kafka is a row of the table",
    file: "fleet/fleet-auditor.ts",
    from: '} else {\n        this.#found(\n          "lost"',
    to: '} else if (row === null) {\n        this.#found(\n          "lost"',
  },
  {
    rule: "a dead letter is about exactly these bytes",
    file: "fleet/letters.ts",
    from: "return this.#named.get(partition)?.has(",
    to: "if ([...(this.#named.get(partition)?.values() ?? [])].some((letter) => letter.about === offset)) return true;\n    return this.#named.get(partition)?.has(",
  },
  {
    rule: "what is a row stays one",
    file: "fleet/group.ts",
    from: "if (this.#known) return count === this.#count && hash === this.#hash;",
    to: "if (this.#known) return count === this.#count;",
  },
  {
    rule: "a position covers nothing of another topic of its name",
    file: "core/station.ts",
    from: "if (other) this.#covered.delete(topic);",
    to: "if (other && topicId === undefined) this.#covered.delete(topic);",
  },
  {
    rule: "what a topic that was made again held unread only the clean topic tells",
    file: "core/partition.ts",
    from: "this.#trustUntil = 1;",
    to: "",
  },
  {
    rule: "a station's state goes with it to its new partition",
    folder: "infra/operator/partitions",
    file: "growth.ts",
    from: "await sendAll(producer, moves.copies);",
    to: "",
  },
  {
    rule: "a station's state ends where it was",
    folder: "infra/operator/partitions",
    file: "growth.ts",
    from: "await sendAll(producer, moves.tombstones);",
    to: "",
  },
  {
    rule: "a dedup that was held up before a change is fenced",
    folder: "infra/operator/partitions",
    file: "growth.ts",
    from: "...producersOf(dedupGroup(prefix), names.raw, from),",
    to: "",
  },
  {
    rule: "a query that was held up before a change is fenced",
    folder: "infra/operator/partitions",
    file: "growth.ts",
    from: "...(await oneStepProducers(admin, names, from)),",
    to: "",
  },
  {
    rule: "a sum stays where it was counted when its source has more partitions",
    folder: "infra/servers/ksql/engine",
    file: "topology.ts",
    from: "homes ? (key) => homes.get(idOf(key)) ?? hashed(key) : hashed",
    to: "hashed",
  },
  {
    rule: "a query that goes on in two steps goes on where its one step was",
    folder: "infra/servers/ksql/engine",
    file: "topology.ts",
    from: "return oneStepOnce",
    to: "return false",
  },
  {
    rule: "the number in force is the last that changes",
    folder: "schemas",
    file: "topic-settings.ts",
    from: '  dedupState: "station",\n  raw: "station",\n',
    to: '  raw: "station",\n  dedupState: "station",\n',
  },
  {
    rule: "the number changes only when all has been read",
    folder: "infra/operator/partitions",
    file: "readiness.ts",
    from: "return found.map((cause) => ({ cause, mend: DRAIN }));",
    to: "return [];",
  },
  {
    rule: "what is before a change of the number lies where the old one had put it",
    file: "looks.ts",
    from: "return floorOf(this.#options.regrouping, topic, partition);",
    to: "return 0;",
  },
  {
    rule: "offsets of the old partition mean nothing in the new one",
    file: "core/station.ts",
    from: "this.sum.moved(from);",
    to: "void from;",
  },
];
