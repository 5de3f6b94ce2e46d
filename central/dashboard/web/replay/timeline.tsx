import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { momentOf, searchWith } from "../rules/replay.ts";
import { useTexts } from "../state/language.tsx";
import { type Past, type Timeline, TimelineContext } from "../state/past.ts";
import { PageStore } from "../state/store.ts";
import { StoreContext } from "../state/use.ts";

/** Where the past is entered when no moment is named. */
const A_WHILE_MS = 60_000;

interface Props {
  readonly live: PageStore;
  readonly children: ComponentChildren;
}

/**
 * Gives everything below it the present's state or a moment's. While a moment is shown, the present goes on unseen; the
 * code for the past is loaded when it is first looked at.
 */
export function TimelineProvider({ live, children }: Props) {
  const texts = useTexts();
  const [past, setPast] = useState<Past | null>(null);
  /** An address that names a moment is never shown with the present's state. */
  const [empty, setEmpty] = useState(() =>
    momentOf(location.search) === null ? null : new PageStore(live.clock),
  );
  /** The code for the past did not come: the server is gone, or newer than this page. */
  const [failed, setFailed] = useState(false);
  const entering = useRef(false);
  const timeline = useMemo(
    (): Timeline => ({
      past,
      waiting: empty !== null,
      enter(at) {
        if (entering.current) return;
        entering.current = true;
        // The present stays until the moment is there: nothing is drawn that is of neither.
        const opening = import("./past.tsx").then(({ openPast }) =>
          openPast(live.clock, at ?? live.now - A_WHILE_MS),
        );
        const opened = opening.then((moment) => {
          live.pause(true);
          setPast(moment);
        });
        void opened
          .then(
            () => setFailed(false),
            () => setFailed(true),
          )
          .finally(() => {
            entering.current = false;
            setEmpty(null);
          });
      },
      leave() {
        history.replaceState(
          null,
          "",
          `${location.pathname}${searchWith(location.search, null)}${location.hash}`,
        );
        past?.stop();
        live.pause(false);
        setPast(null);
      },
    }),
    [past, empty, live],
  );
  useEffect(() => {
    const at = momentOf(location.search);
    if (at !== null) timeline.enter(at);
  }, []);
  return (
    <TimelineContext.Provider value={timeline}>
      {failed ? (
        <p class="banner" role="alert" data-kind="lost">
          <strong>{texts.replay.notLoaded}</strong> {texts.replay.reload}
        </p>
      ) : null}
      <StoreContext.Provider value={past?.store ?? empty ?? live}>{children}</StoreContext.Provider>
    </TimelineContext.Provider>
  );
}
