/** Some text in a module that stands for another. */
export interface Edit {
  /** From the project's root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

/** A rule that is broken on purpose, or a mend that is taken out: the simulation must see it. */
export interface Control {
  readonly name: string;
  /** How what is wrong then begins: a run that fails otherwise fails for another reason. */
  readonly seenAs: readonly string[];
  /** Nothing goes on then. Without this, only what is wrong at rest counts. */
  readonly isStuck?: true;
  readonly edits: readonly Edit[];
}

const GUARD = "infra/runtime/kafka/loop/guard.ts";
const WORKER = "infra/runtime/kafka/loop/worker.ts";
const DISK = "tests/simulate/edge/disk.ts";

/** Rules that the system never broke. */
export const BROKEN_RULES: readonly Control[] = [
  {
    name: "PUBACK before Kafka has it",
    seenAs: ["missing"],
    edits: [
      {
        file: "gateway/bridge/publish-gate.ts",
        from: "this.#options.sink.submit(new PendingWrite(this, queue, entry, packet, decision));",
        to: "this.#options.sink.submit(new PendingWrite(this, queue, entry, packet, decision)); queue.markStored(entry);",
      },
    ],
  },
  {
    name: "readings count as stored before the outbox is flushed",
    seenAs: ["missing"],
    edits: [
      {
        file: "edge/outbox/journal.ts",
        from: "const change = group.change((id) => this.ledger(id));",
        to: "const change = group.change((id) => this.ledger(id)); group.settle();",
      },
    ],
  },
  {
    name: "ACK before the reading is handed to the outbox",
    seenAs: ["missing"],
    edits: [
      {
        file: "edge/serial/device-link.ts",
        from: "const ends = new Map(frames.map((f) => [f.bootId, f.seq]));",
        to: 'const ends = new Map(frames.map((f) => [f.bootId, f.seq])); for (const [bootId, seq] of ends) this.#apply({ type: "stored", bootId, seq });',
      },
    ],
  },
  {
    name: "dedup is off",
    seenAs: ["twice"],
    edits: [
      {
        file: "central/dedup/station.ts",
        from: "const fresh = missing(boot.ranges, range).flatMap(",
        to: "const fresh = [range].flatMap(",
      },
      { file: "central/dedup/task.ts", from: "  station.check();\n", to: "" },
    ],
  },
  {
    name: "offsets outside of the transaction",
    seenAs: ["twice", "miscounted"],
    edits: [
      {
        file: WORKER,
        from: "const placed = [...outputs, ...position].map((out) => inPartition(out, partition));",
        to: "const late = position.map((out) => inPartition(out, partition)); const placed = [...outputs.map((out) => inPartition(out, partition)), ...late];",
      },
      {
        file: WORKER,
        from: "const written = await producer.commit(placed, read, () => same);",
        to: "await producer.commit(placed.filter((out) => !late.includes(out)), read, () => same); const written = await producer.commit(late, read, () => same);",
      },
    ],
  },
  {
    name: "readings leave the outbox when they are sent, not at the PUBACK",
    seenAs: ["missing"],
    edits: [
      {
        file: "edge/uplink/sender.ts",
        from: "this.#publish?.(payload).then(",
        to: "void Promise.resolve().then(() => this.#acknowledged(batchId)); this.#publish?.(payload).then(",
      },
    ],
  },
];

/** Defects that the system had once, each with its mend taken out. */
export const OLD_DEFECTS: readonly Control[] = [
  {
    name: "the hanging transaction",
    seenAs: ["twice", "miscounted"],
    edits: [
      { file: GUARD, from: "if (fresh.length === 0) return;", to: "return;" },
      { file: GUARD, from: "let left = written;", to: "if (written) return; let left = written;" },
      {
        file: GUARD,
        from: "for (const open of unfinished) await markCommitted(options, open);",
        to: "",
      },
    ],
  },
  {
    name: "the topic made again",
    seenAs: ["missing"],
    edits: [
      {
        file: "infra/runtime/kafka/loop/start.ts",
        from: "if (isOther(bounds, known)) {",
        to: "if (isOther(bounds, known) && known.next < 0) {",
      },
      { file: WORKER, from: "if (known === id) return;", to: "return;" },
    ],
  },
  {
    name: "the impostor's ACK",
    seenAs: ["missing"],
    edits: [
      {
        file: "edge/serial/step.ts",
        from: 'return state.phase === "open" && !state.alarm && same;',
        to: 'return state.phase === "open" || same;',
      },
    ],
  },
  {
    name: "the order broken by a split round",
    seenAs: ["out of order"],
    edits: [
      {
        file: "gateway/sink/kafka-sink.ts",
        from: "const middle = round.length >> 1;",
        to: "await Promise.all(round.map((waiting) => this.#write([waiting]))); return; const middle = round.length >> 1;",
      },
    ],
  },
  {
    name: "the unflushed disk",
    seenAs: ["missing"],
    edits: [
      {
        file: DISK,
        from: "const written = ms * random();",
        to: "const written = ms * (1 + 40 * random()); world.scheduler.after(ms, () => done(undefined));",
      },
    ],
  },
  {
    name: "the cloned agent",
    seenAs: ["said"],
    edits: [
      {
        file: "gateway/sessions/station-holders.ts",
        from: 'if (asking.box === "") return undefined;',
        to: "if (asking.box !== undefined) return undefined;",
      },
      {
        file: "gateway/sessions/station-holders.ts",
        from: "if (said.gone) return [];",
        to: "if (said.gone || !said.gone) return [];",
      },
      // It stays for good, as one that nobody knows of does. With the mend it is refused at the door.
      {
        file: "tests/simulate/faults/faults.ts",
        from: "strike: (system, { target }) => system.clone(target),",
        to: "strike: (system, { target }) => void system.clone(target),",
      },
    ],
  },
  {
    name: "the boot storm",
    isStuck: true,
    seenAs: ["missing"],
    edits: [
      {
        file: "central/dedup/device-boots.ts",
        from: "const least = isCrowded ? 1 : RECENT_BOOTS + PAGE_BOOTS - 1;",
        to: "const least = Number.POSITIVE_INFINITY;",
      },
      // A world in which a topic takes little, so that a short storm is a long one.
      {
        file: "tests/simulate/system.ts",
        from: "this.broker.memory.log.ensure(spec);",
        to: 'this.broker.memory.log.ensure(spec.topic === TOPICS.dedupState ? { ...spec, config: { ...spec.config, "max.message.bytes": "12000" } } : spec);',
      },
      {
        file: "tests/simulate/faults/faults.ts",
        from: "const STORM_BOOTS = 80;",
        to: "const STORM_BOOTS = 700;",
      },
    ],
  },
];

export const CONTROLS: readonly Control[] = [...BROKEN_RULES, ...OLD_DEFECTS];
