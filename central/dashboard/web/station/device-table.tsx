import { DEVICE_WORDS } from "../../../../schemas/network/devices.ts";
import type { DeviceDetail } from "../../../../schemas/page/api.ts";
import type { DeviceView } from "../../../../schemas/page/page.ts";
import { HEALTH_WORDS, isSilent } from "../rules/health.ts";
import { figure, plural, span } from "../rules/words.ts";
import { useNow, usePage } from "../state/use.ts";

interface Props {
  readonly stationId: number;
  readonly details: readonly DeviceDetail[];
}

/** A station's devices: what state each is in, and what is known of the silent ones. */
export function DeviceTable({ stationId, details }: Props) {
  const all = usePage(({ state }) => state?.devices);
  const now = useNow(1_000);
  const devices = Object.values(all ?? {})
    .filter((device) => device.stationId === stationId)
    .sort((x, y) => x.kind.localeCompare(y.kind) || x.id.localeCompare(y.id));
  return (
    <section class="sheet-part">
      <h3>Devices</h3>
      {devices.length === 0 ? (
        <p class="muted">None has been heard.</p>
      ) : (
        <ul class="device-list">
          {devices.map((device) => (
            <Device
              key={device.id}
              device={device}
              detail={details.find(({ id }) => id === device.id)}
              now={now}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function Device({
  device,
  detail,
  now,
}: {
  device: DeviceView;
  detail: DeviceDetail | undefined;
  now: number;
}) {
  const { id, kind, stationId, state } = device;
  const name = id.slice(`${stationId}-`.length);
  return (
    <li data-state={state} data-device={id}>
      <span class="device-name">
        <i class="sign" data-state={state} aria-hidden="true" />
        {`${DEVICE_WORDS[kind]} ${name}`}
      </span>
      <span class={isSilent(device) ? "act" : "muted"}>{HEALTH_WORDS[state]}</span>
      <span class="device-facts muted">{factsOf(device, detail, now)}</span>
    </li>
  );
}

function factsOf(device: DeviceView, detail: DeviceDetail | undefined, now: number): string {
  const facts: string[] = [];
  if (isSilent(device)) facts.push(`${device.reason || "silent"} ${span(now - device.since)} ago`);
  else if (detail?.lastSeen) facts.push(`seen ${span(now - Date.parse(detail.lastSeen))} ago`);
  if (device.waiting) facts.push(`${plural(device.waiting, "reading")} wait`);
  if (detail?.numbered != null) facts.push(`${figure(detail.numbered)} numbered`);
  if (detail) facts.push(plural(detail.frames, "frame"));
  if (detail && detail.errors > 0) facts.push(`${figure(detail.errors)} damaged`);
  return facts.join(" · ");
}
