import type { PathAnswer } from "../../../../schemas/page/api.ts";
import { useTexts } from "../state/language.tsx";
import { storyHref } from "../state/route.ts";

const HOPS = ["device", "edge", "gateway", "dedup", "page"] as const;

interface Props {
  readonly path: PathAnswer | null;
  readonly title?: string;
}

/** An entry at every hop, the station's last one: how long after the press it was there. */
export function LastEntry({ path, title }: Props) {
  const texts = useTexts();
  return (
    <section class="sheet-part">
      <h3>{title ?? texts.station.lastEntry}</h3>
      {path ? (
        <ol class="path">
          {HOPS.map((hop) => (
            <li key={hop}>
              <span>{texts.station.hops[hop]}</span>
              <span class="number muted">
                {hop === "device"
                  ? path.deviceId
                  : `+${texts.delay(Date.parse(path[hop]) - Date.parse(path.device))}`}
              </span>
            </li>
          ))}
          <li>
            <a href={storyHref(path.deviceId ?? "")}>{texts.station.followBytes}</a>
          </li>
        </ol>
      ) : (
        <p class="muted">{texts.station.noEntry}</p>
      )}
    </section>
  );
}
