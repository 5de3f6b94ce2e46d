import { useEffect } from "preact/hooks";
import type { PageState } from "../../../../schemas/page/page.ts";
import { attention } from "../rules/attention.ts";
import { titleOf } from "../rules/title.ts";
import { useTexts } from "../state/language.tsx";
import { useTimeline } from "../state/past.ts";
import { type PageRoute, useRoute } from "../state/route.ts";
import { useNow, usePage } from "../state/use.ts";
import type { Texts } from "../texts/texts.ts";

/** Keeps the document's title: a tab in the background says what needs a look. */
export function Title() {
  const texts = useTexts();
  const route = useRoute();
  const state = usePage((view) => view.state);
  const now = useNow(1_000);
  const needing = state ? attention(state, now, texts).length : 0;
  const { past } = useTimeline();
  const place = placeOf(route, state, texts);
  const title = past
    ? `${texts.page.titles.replay(texts.wall(now))} – ${titleOf(place, 0)}`
    : titleOf(place, needing);
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}

function placeOf(route: PageRoute, state: PageState | null, texts: Texts): string | null {
  const { titles, breakIt } = texts.page;
  if (route.at === "station") return state?.stations[route.id]?.name ?? String(route.id);
  if (route.at === "train") return titles.train(route.id);
  if (route.at === "proof") return titles.proof;
  if (route.at === "incidents") return titles.incidents;
  if (route.at === "incident") return incidentName(state, route.id, texts);
  if (route.at === "story") return titles.story;
  return route.at === "break" ? breakIt : null;
}

function incidentName(state: PageState | null, id: string, { incident, page }: Texts): string {
  const found = state?.incidents[id];
  if (!found) return page.titles.incident;
  return incident.title(found, (station) => state.stations[station]?.name ?? String(station));
}
