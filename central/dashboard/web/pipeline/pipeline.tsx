import type { HopName, HopView } from "../../../../schemas/page/page.ts";
import { FleetRate } from "../fleet/ribbon.tsx";
import { delay, figure, span } from "../rules/words.ts";
import { useNow, usePage } from "../state/use.ts";
import { Trace } from "./trace.tsx";
import { useRecent } from "./use-recent.ts";

interface Stage {
  readonly name: string;
  /** The hop that leads here. */
  readonly hop: HopName | null;
  readonly over: string;
}

const WAY: readonly Stage[] = [
  { name: "Device", hop: null, over: "" },
  { name: "Edge", hop: "serial", over: "serial" },
  { name: "Gateway", hop: "mqtt", over: "MQTT" },
  { name: "Dedup", hop: "kafka", over: "Kafka" },
  { name: "Page", hop: "ksql", over: "ksqlDB" },
];

/** The way of a reading: what passes each hop now, how long it takes, and what waits before it. */
export function Pipeline() {
  const hops = usePage(({ state }) => state?.hops);
  return (
    <section class="pipeline" aria-label="Pipeline">
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
  const recent = useRecent(hop);
  const now = useNow(1_000);
  const rate = hop?.rate ?? null;
  const still = hop?.stillSince ?? null;
  return (
    <>
      {place.hop === null ? null : (
        <li class="hop" data-still={still !== null}>
          <span class="hop-over">
            {place.over}
            {hop?.waiting ? <strong class="hop-waiting"> {figure(hop.waiting)} wait</strong> : null}
            {still === null ? null : <span class="hop-still"> as of {span(now - still)} ago</span>}
          </span>
          <span
            class="hop-delay"
            title="Half of the readings take less; 95 in 100 less than the second figure"
          >
            {delay(hop?.p50 ?? null)} <span class="muted">p95 {delay(hop?.p95 ?? null)}</span>
          </span>
          <span class="hop-rate" title="Entries per second that pass here, and in the last minute">
            <Trace values={recent} />
            {rate === null ? "–" : figure(rate)}/s
          </span>
        </li>
      )}
      <li class="node">{place.name}</li>
    </>
  );
}
