import type { HopName, HopView } from "../../../../schemas/page.ts";
import { FleetRate } from "../fleet/ribbon.tsx";
import { delay, figure } from "../rules/words.ts";
import { usePage } from "../state/use.ts";

interface Station {
  readonly name: string;
  /** The hop that leads here. */
  readonly hop: HopName | null;
  readonly over: string;
}

const WAY: readonly Station[] = [
  { name: "Device", hop: null, over: "" },
  { name: "Edge", hop: "serial", over: "serial" },
  { name: "Gateway", hop: "mqtt", over: "MQTT" },
  { name: "Dedup", hop: "kafka", over: "Kafka" },
  { name: "Page", hop: "page", over: "ksqlDB" },
];

/** The way of a reading, with what each hop takes now. */
export function Pipeline() {
  const hops = usePage(({ state }) => state?.hops);
  const rate = hops?.[0]?.rate ?? null;
  return (
    <section class="pipeline" aria-label="Pipeline">
      <ol class="way">
        {WAY.map((station) => (
          <Hop key={station.name} station={station} hop={hops?.find(({ name }) => name === station.hop)} />
        ))}
      </ol>
      <p class="rate">
        <strong>{rate === null ? "–" : figure(rate)}</strong> readings/s
      </p>
      <FleetRate />
    </section>
  );
}

function Hop({ station, hop }: { readonly station: Station; readonly hop: HopView | undefined }) {
  return (
    <>
      {station.hop === null ? null : (
        <li class="hop">
          <span class="hop-over">
            {station.over}
            {hop?.waiting ? <strong class="hop-waiting"> {figure(hop.waiting)} wait</strong> : null}
          </span>
          <span
            class="hop-delay"
            title="Half of the readings take less; 95 in 100 less than the second figure"
          >
            {delay(hop?.p50 ?? null)} <span class="muted">p95 {delay(hop?.p95 ?? null)}</span>
          </span>
        </li>
      )}
      <li class="node">{station.name}</li>
    </>
  );
}
