import type { DeviceDetail } from "../../../../schemas/page/api.ts";
import type { DeviceView } from "../../../../schemas/page/page.ts";
import { reasonWords } from "../rules/attention.ts";
import { isSilent } from "../rules/health.ts";
import { useTexts } from "../state/language.tsx";
import { useNow, usePage } from "../state/use.ts";
import type { Texts } from "../texts/texts.ts";

interface Props {
  readonly stationId: number;
  readonly details: readonly DeviceDetail[];
}

/** A station's devices: what state each is in, and what is known of the silent ones. */
export function DeviceTable({ stationId, details }: Props) {
  const texts = useTexts();
  const all = usePage(({ state }) => state?.devices);
  const now = useNow(1_000);
  const devices = Object.values(all ?? {})
    .filter((device) => device.stationId === stationId)
    .sort((x, y) => x.kind.localeCompare(y.kind) || x.id.localeCompare(y.id));
  return (
    <section class="sheet-part">
      <h3>{texts.station.devices}</h3>
      {devices.length === 0 ? (
        <p class="muted">{texts.station.noDevice}</p>
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
  const texts = useTexts();
  const { id, kind, stationId, state } = device;
  const name = id.slice(`${stationId}-`.length);
  return (
    <li data-state={state} data-device={id}>
      <span class="device-name">
        <i class="sign" data-state={state} aria-hidden="true" />
        {`${texts.page.kinds[kind]} ${name}`}
      </span>
      <span class={isSilent(device) ? "act" : "muted"}>{texts.station.health[state]}</span>
      <span class="device-facts muted">{factsOf(device, detail, now, texts)}</span>
    </li>
  );
}

function factsOf(device: DeviceView, detail: DeviceDetail | undefined, now: number, texts: Texts): string {
  const { station } = texts;
  const facts: string[] = [];
  if (isSilent(device))
    facts.push(station.silentSince(reasonWords(device.reason, texts), now - device.since));
  else if (detail?.lastSeen) facts.push(station.seen(now - Date.parse(detail.lastSeen)));
  if (device.waiting) facts.push(station.wait(device.waiting));
  if (detail?.numbered != null) facts.push(station.numbered(detail.numbered));
  if (detail) facts.push(station.frames(detail.frames));
  if (detail && detail.errors > 0) facts.push(station.damaged(detail.errors));
  return facts.join(" · ");
}
