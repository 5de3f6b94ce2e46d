import { avroType } from "../../infra/runtime/avro/contracts.ts";
import type { Lying } from "./oracle.ts";

/** Before an Avro value in Kafka: a zero and the number of its schema. */
const HEAD_BYTES = 5;

/** Of what is said of a device or an agent, as much as its reader goes by. */
interface Said {
  readonly kind: string;
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly generation: number;
  readonly n: number;
}

/**
 * Devices that somebody says are away, though they stand on their lines and their agent hears them. It shares no code with
 * the reader that the page has: the newest session counts, and its newest word.
 *
 * @param records - of the devices topic. @param standing - what is on its line, and heard.
 */
export function misreported(records: readonly Lying[], standing: readonly string[]): readonly string[] {
  const newest = new Map<string, Said>();
  for (const { offset, value } of records) {
    const said = value && wordOf(value, offset);
    if (!said) continue;
    const before = newest.get(said.id);
    if (before && (before.generation - said.generation || before.n - said.n) > 0) continue;
    newest.set(said.id, said);
  }
  return standing.flatMap((id) => {
    const said = newest.get(id);
    if (said?.state === "online") return [];
    return [said ? `${id} is said to be ${said.state}: ${said.reason}` : `nobody says anything of ${id}`];
  });
}

/** undefined: it speaks of a session. */
function wordOf(value: Buffer, offset: number): Said | undefined {
  const state = avroType("device-state").fromBuffer(value.subarray(HEAD_BYTES)) as Omit<
    Said,
    "generation" | "n"
  > & { readonly order: { readonly generation: number; readonly n: number } };
  if (state.kind === "session") return undefined;
  // A greater one was handed out by a topic of this name that is no more.
  const generation = state.order.generation <= offset ? state.order.generation : 0;
  return { ...state, generation, n: state.order.n };
}
