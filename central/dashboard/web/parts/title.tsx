import { useEffect } from "preact/hooks";
import { attention } from "../rules/attention.ts";
import { titleOf } from "../rules/title.ts";
import { type PageRoute, useRoute } from "../state/route.ts";
import { useNow, usePage } from "../state/use.ts";

/** Keeps the document's title: a tab in the background says what needs a look. */
export function Title() {
  const route = useRoute();
  const state = usePage((view) => view.state);
  const now = useNow(1_000);
  const needing = state ? attention(state, now).length : 0;
  const title = titleOf(
    placeOf(route, (id) => state?.stations[id]?.name),
    needing,
  );
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}

function placeOf(route: PageRoute, nameOf: (id: number) => string | undefined): string | null {
  if (route.at === "station") return nameOf(route.id) ?? String(route.id);
  if (route.at === "train") return `Train ${route.id}`;
  if (route.at === "proof") return "Proof";
  if (route.at === "story") return "One entry's story";
  return route.at === "break" ? "Break it" : null;
}
