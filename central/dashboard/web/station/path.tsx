import type { PathAnswer } from "../../../../schemas/page/api.ts";
import { delay } from "../rules/words.ts";
import { storyHref } from "../state/route.ts";

const HOPS = [
  ["device", "counted by the device"],
  ["edge", "on the agent's disk"],
  ["gateway", "taken by the gateway"],
  ["dedup", "counted once"],
  ["page", "read by this page's server"],
] as const;

interface Props {
  readonly path: PathAnswer | null;
  readonly title?: string;
}

/** An entry at every hop, the station's last one: how long after the press it was there. */
export function LastEntry({ path, title = "The last entry's way" }: Props) {
  return (
    <section class="sheet-part">
      <h3>{title}</h3>
      {path ? (
        <ol class="path">
          {HOPS.map(([hop, words]) => (
            <li key={hop}>
              <span>{words}</span>
              <span class="number muted">
                {hop === "device"
                  ? path.deviceId
                  : `+${delay(Date.parse(path[hop]) - Date.parse(path.device))}`}
              </span>
            </li>
          ))}
          <li>
            <a href={storyHref(path.deviceId ?? "")}>Follow one entry, byte by byte</a>
          </li>
        </ol>
      ) : (
        <p class="muted">None has come since this server started.</p>
      )}
    </section>
  );
}
