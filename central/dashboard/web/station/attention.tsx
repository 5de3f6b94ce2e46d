import { DEVICE_WORDS } from "../../../../schemas/network/devices.ts";
import { type SilentDevices, silences } from "../rules/health.ts";
import { plural, span } from "../rules/words.ts";
import { stationHref, trainHref } from "../state/route.ts";
import { useNow, usePage } from "../state/use.ts";

/** More are counted instead of named. */
const NAMED = 6;

/** What somebody should look at: silent devices, lost agents, second agents, broken-down trains. */
export function Attention() {
  const devices = usePage(({ state }) => state?.devices);
  const trains = usePage(({ state }) => state?.trains);
  const stations = usePage(({ state }) => state?.stations);
  const second = usePage(({ state }) => state?.secondAgents) ?? [];
  const now = useNow(1_000);
  const silent = silences(devices ?? {});
  const broken = Object.values(trains ?? {}).filter((train) => train.status === "broken_down");
  const nameOf = (id: number): string => stations?.[id]?.name ?? String(id);
  return (
    <section class="attention" aria-labelledby="attention">
      <h2 id="attention">Silent now</h2>
      {silent.length === 0 ? (
        <p class="muted">
          {Object.keys(devices ?? {}).length > 0
            ? "Nothing. Every device known is heard."
            : "No device has been heard yet."}
        </p>
      ) : (
        <ul class="notes">
          {silent.slice(0, NAMED).map((silence) => (
            <SilenceNote
              key={`${silence.stationId}-${silence.devices[0]?.id}`}
              silence={silence}
              station={nameOf(silence.stationId)}
              now={now}
            />
          ))}
          {silent.length > NAMED ? <li class="muted">and {silent.length - NAMED} more</li> : null}
        </ul>
      )}
      {second.length > 0 ? (
        <ul class="notes">
          {second.map(({ stationId, address, holder, attempts, since }) => (
            <li key={`${stationId} ${address}`}>
              Two agents want to speak for <a href={stationHref(stationId)}>{nameOf(stationId)}</a>: the one
              at {holder}
              {" does. "}The one at {address} was refused {plural(attempts, "time")} in {span(now - since)}:
              stop one of them.
            </li>
          ))}
        </ul>
      ) : null}
      {broken.length > 0 ? (
        <ul class="notes">
          {broken.map((train) => (
            <li key={train.id}>
              Train <a href={trainHref(train.id)}>{train.id}</a> is broken down at{" "}
              <a href={stationHref(train.stationId)}>{nameOf(train.stationId)}</a>.
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

interface NoteProps {
  readonly silence: SilentDevices;
  readonly station: string;
  readonly now: number;
}

function SilenceNote({ silence, station, now }: NoteProps) {
  const { devices, reason, since, stationId, waiting } = silence;
  const [first] = devices;
  const blind = devices.some((device) => device.kind === "arrival");
  const name =
    devices.length > 1 || first?.state === "stale"
      ? `${plural(devices.length, "device")} of ${station}`
      : `${DEVICE_WORDS[first?.kind ?? "arrival"]} ${first?.id}`;
  return (
    <li>
      <a href={stationHref(stationId)}>{name}</a>: {reason || "silent"}, {span(now - since)} ago.
      {waiting > 0 ? ` ${plural(waiting, "reading")} ${waiting === 1 ? "waits" : "wait"} there.` : ""}
      {blind ? " Trains may pass unseen." : ""}
    </li>
  );
}
