import { useLayoutEffect, useState } from "preact/hooks";
import type { Player, PlayerView } from "./player.ts";

/** What the player shows now; the component is drawn again whenever that changes. */
export function usePlayer(player: Player): PlayerView {
  const [view, setView] = useState(player.view);
  useLayoutEffect(() => {
    setView(player.view);
    return player.subscribe(() => setView(player.view));
  }, [player]);
  return view;
}
