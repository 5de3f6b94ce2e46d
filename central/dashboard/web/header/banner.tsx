import { useContext } from "preact/hooks";
import { useTexts } from "../state/language.tsx";
import { QUIET_MS, StoreContext, useNow, usePage } from "../state/use.ts";

/** Connection loss, and the pause: whatever makes the page show something else than the present. */
export function Banner() {
  const texts = useTexts();
  const { clock } = useContext(StoreContext);
  const link = usePage((view) => view.link);
  const paused = usePage((view) => view.paused);
  const known = usePage((view) => view.state !== null);
  useNow(500);
  const now = clock.now();
  if (link.state === "lost" && known && now - link.since >= QUIET_MS) {
    const next =
      link.retryAt === null || link.retryAt <= now
        ? texts.page.banner.tryingNow
        : texts.page.banner.tryingIn(link.retryAt - now);
    return (
      <p class="banner" role="status" data-kind="lost">
        <strong>{texts.page.lost}</strong>{" "}
        {texts.page.banner.showing(texts.wall(link.since), now - link.since, next)}
      </p>
    );
  }
  if (!paused) return null;
  return (
    <p class="banner" role="status" data-kind="paused">
      <strong>{texts.page.banner.paused}</strong> {texts.page.banner.pausedMore}
    </p>
  );
}
