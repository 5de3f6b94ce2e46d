import type { HopName, HopView } from "../../../../schemas/page/page.ts";
import { FleetRate } from "../fleet/ribbon.tsx";
import { useTexts } from "../state/language.tsx";
import { useNow, usePage } from "../state/use.ts";
import { Trace } from "./trace.tsx";
import { useRecent } from "./use-recent.ts";

interface Stage {
  readonly name: "device" | "edge" | "gateway" | "dedup" | "page";
  /** The hop that leads here. */
  readonly hop: HopName | null;
  /** What carries it; null: a word of the language. */
  readonly over: string | null;
}

const WAY: readonly Stage[] = [
  { name: "device", hop: null, over: "" },
  { name: "edge", hop: "serial", over: null },
  { name: "gateway", hop: "mqtt", over: "MQTT" },
  { name: "dedup", hop: "kafka", over: "Kafka" },
  { name: "page", hop: "ksql", over: "ksqlDB" },
];

/** The way of a reading: what passes each hop now, how long it takes, and what waits before it. */
export function Pipeline() {
  const texts = useTexts();
  const hops = usePage(({ state }) => state?.hops);
  return (
    <section class="pipeline" aria-label={texts.proof.pipeline.label}>
      <ol class="way">
        {WAY.map((place) => (
          <Hop key={place.name} place={place} hop={hops?.find(({ name }) => name === place.hop)} />
        ))}
      </ol>
      <FleetRate />
    </section>
  );
}

function Hop({ place, hop }: { readonly place: Stage; readonly hop: HopView | undefined }) {
  const texts = useTexts();
  const recent = useRecent(hop);
  const now = useNow(1_000);
  const rate = hop?.rate ?? null;
  const still = hop?.stillSince ?? null;
  return (
    <>
      {place.hop === null ? null : (
        <li class="hop" data-still={still !== null}>
          <span class="hop-over">
            {place.over ?? texts.proof.pipeline.serial}
            {hop?.waiting ? (
              <strong class="hop-waiting">{texts.proof.pipeline.wait(hop.waiting)}</strong>
            ) : null}
            {still === null ? null : <span class="hop-still"> {texts.page.asOf(now - still)}</span>}
          </span>
          <span class="hop-delay" title={texts.proof.pipeline.delayTitle}>
            {texts.delay(hop?.p50 ?? null)} <span class="muted">p95 {texts.delay(hop?.p95 ?? null)}</span>
          </span>
          <span class="hop-rate" title={texts.proof.pipeline.rateTitle}>
            <Trace values={recent} />
            {rate === null ? "–" : texts.figure(rate)}/s
          </span>
        </li>
      )}
      <li class="node">{texts.proof.pipeline[place.name]}</li>
    </>
  );
}
