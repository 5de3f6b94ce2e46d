import type { InRecord, Kafka, Tail } from "../../../infra/runtime/kafka/ports.ts";
import { AUDIT_KEYS, type Finding, isOpen, type Verdict, type VerdictState } from "../../../schemas/audit.ts";

/** Reads along in the auditor's topic: sees also what is said for a moment only. */
export class Witness {
  readonly #findings = new Map<string, Finding>();
  readonly #seconds = new Map<VerdictState, number>();
  #verdict: Verdict | undefined;
  #tail: Tail | undefined;

  /** @param kafka - any client of the system's. */
  static async at(kafka: Pick<Kafka, "tail">, topic: string): Promise<Witness> {
    const witness = new Witness();
    witness.#tail = await kafka.tail({
      topics: [topic],
      from: "beginning",
      onRecords: (records) => {
        for (const record of records) witness.#hear(record);
      },
    });
    return witness;
  }

  /** The newest. */
  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  /** All that were ever said, as they were last. */
  get findings(): readonly Finding[] {
    return [...this.#findings.values()];
  }

  /** Those that break the proof, or did. */
  get open(): readonly Finding[] {
    return this.findings.filter((finding) => isOpen({ ...finding, resolved: null }));
  }

  /** How many verdicts there were of each state since the last call: the auditor gives one a second. */
  takeStates(): Readonly<Partial<Record<VerdictState, number>>> {
    const states = Object.fromEntries(this.#seconds);
    this.#seconds.clear();
    return states;
  }

  stop(): Promise<void> {
    return this.#tail?.stop() ?? Promise.resolve();
  }

  #hear({ key, value }: InRecord): void {
    const name = key?.toString() ?? "";
    if (!value) return;
    if (name === AUDIT_KEYS.verdict) {
      this.#verdict = JSON.parse(value.toString()) as Verdict;
      const { state } = this.#verdict;
      this.#seconds.set(state, (this.#seconds.get(state) ?? 0) + 1);
    } else if (name.startsWith(AUDIT_KEYS.finding)) {
      this.#findings.set(name, JSON.parse(value.toString()) as Finding);
    }
  }
}
