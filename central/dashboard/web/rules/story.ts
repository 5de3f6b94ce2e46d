import type { ByteSpan, StoryAnswer, StoryHop } from "../../../../schemas/page/story.ts";
import type { Texts } from "../texts/texts.ts";

/** "Entry 1,234 of turnstile 41660-T1". */
export function storyTitle(
  { kind, seq, deviceId }: Pick<StoryAnswer, "kind" | "seq" | "deviceId">,
  { story }: Texts,
): string {
  return story.title(kind, seq, deviceId);
}

/** From the device to the last hop that it has passed, ms; null: not known. */
export function tookMs(hops: readonly StoryHop[]): number | null {
  const times = hops.flatMap(({ at, state, name }) =>
    at === null || state !== "passed" || name === "proof" ? [] : [Date.parse(at)],
  );
  const [first] = times;
  const last = times.at(-1);
  return first === undefined || last === undefined || times.length < 2 ? null : last - first;
}

/** Where the story stands, in one sentence. */
export function standing({ state, hops, wait, loss }: StoryAnswer, texts: Texts): string {
  const { story } = texts;
  if (loss !== null) return loss;
  const took = tookMs(hops);
  if (state === "counted") return took === null ? story.counted : story.countedAfter(texts.delay(took));
  return wait ? story.wait(wait, hops[presentHop(hops)]?.name) : "";
}

/** Is there more to come? Otherwise nobody needs to ask again. */
export function goesOn({ state }: Pick<StoryAnswer, "state">): boolean {
  return state === "ahead" || state === "under-way";
}

/** The card to begin with: where the reading is, else the last one. */
export function presentHop(hops: readonly StoryHop[]): number {
  const here = hops.findIndex(({ state }) => state === "here");
  return here < 0 ? hops.length - 1 : here;
}

/** A span's bytes as pairs of digits; those that stand for a zero by COBS are marked. */
export function pairs({ hex, stuffed = [] }: Pick<ByteSpan, "hex" | "stuffed">): readonly {
  readonly byte: string;
  readonly stuffed: boolean;
}[] {
  const bytes = hex?.match(/../g) ?? [];
  return bytes.map((byte, i) => ({ byte, stuffed: stuffed.includes(i) }));
}

/** "+12 ms", "−3 ms" where two clocks differ; empty where it is not known. */
export function signedDelay(ms: number | null, texts: Texts): string {
  if (ms === null) return "";
  return ms < 0 ? `−${texts.delay(-ms)}` : `+${texts.delay(ms)}`;
}
