import type { HangingTransaction } from "../../infra/runtime/kafka/ports.ts";

/** More are counted, not named. */
const NAMED = 10;

/**
 * Which transactions hang: those that are there in two looks in a row. What is open in one look only is being ended.
 */
export class HangingWatch {
  #before = new Map<string, HangingTransaction>();
  #hanging = new Map<string, HangingTransaction>();

  /** What hangs, in words; empty: nothing does. */
  get words(): readonly string[] {
    const all = [...this.#hanging.values()].map(hangingWords);
    return all.length <= NAMED
      ? all
      : [...all.slice(0, NAMED), `${all.length - NAMED} more transactions hang.`];
  }

  get count(): number {
    return this.#hanging.size;
  }

  /** @returns what is known to hang since this look. */
  look(open: readonly HangingTransaction[]): readonly string[] {
    const now = new Map(open.map((one) => [keyOf(one), one]));
    const hanging = new Map([...now].filter(([key]) => this.#before.has(key)));
    const fresh = [...hanging].filter(([key]) => !this.#hanging.has(key));
    this.#before = now;
    this.#hanging = hanging;
    return fresh.map(([, one]) => hangingWords(one));
  }
}

function keyOf({ topic, partition, producerId, offset }: HangingTransaction): string {
  return `${topic}-${partition} ${producerId} ${offset}`;
}

function hangingWords({ topic, partition, producerId, offset }: HangingTransaction): string {
  return (
    `A transaction of producer ${producerId} hangs in ${topic}-${partition}: readers get nothing from offset ${offset} on. ` +
    `Start what writes there again, or end it: kafka-transactions.sh abort --topic ${topic} --partition ${partition} ` +
    `--start-offset ${offset}`
  );
}
