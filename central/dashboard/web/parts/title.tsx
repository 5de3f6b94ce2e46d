import { useEffect } from "preact/hooks";
import type { PageState } from "../../../../schemas/page/page.ts";
import { attention } from "../rules/attention.ts";
import { titleOf } from "../rules/title.ts";
import { wall } from "../rules/words.ts";
import { useTimeline } from "../state/past.ts";
import { type PageRoute, useRoute } from "../state/route.ts";
import { useNow, usePage } from "../state/use.ts";

/** Keeps the document's title: a tab in the background says what needs a look. */
export function Title() {
  const route = useRoute();
  const state = usePage((view) => view.state);
  const now = useNow(1_000);
  const needing = state ? attention(state, now).length : 0;
  const { past } = useTimeline();
  const place = placeOf(route, state);
  const title = past ? `${wall(now)} replay – ${titleOf(place, 0)}` : titleOf(place, needing);
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}

function placeOf(route: PageRoute, state: PageState | null): string | null {
  if (route.at === "station") return state?.stations[route.id]?.name ?? String(route.id);
  if (route.at === "train") return `Train ${route.id}`;
  if (route.at === "proof") return "Proof";
  if (route.at === "incidents") return "Incidents";
  if (route.at === "incident") return state?.incidents[route.id]?.title ?? "Incident";
  if (route.at === "story") return "One entry's story";
  return route.at === "break" ? "Break it" : null;
}
