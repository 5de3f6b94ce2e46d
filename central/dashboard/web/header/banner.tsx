import { useContext } from "preact/hooks";
import { span, wall } from "../rules/words.ts";
import { QUIET_MS, StoreContext, useNow, usePage } from "../state/use.ts";

/** Connection loss, and the pause: whatever makes the page show something else than the present. */
export function Banner() {
  const { clock } = useContext(StoreContext);
  const link = usePage((view) => view.link);
  const paused = usePage((view) => view.paused);
  const known = usePage((view) => view.state !== null);
  useNow(500);
  const now = clock.now();
  if (link.state === "lost" && known && now - link.since >= QUIET_MS) {
    const next =
      link.retryAt === null || link.retryAt <= now
        ? "trying now"
        : `trying again in ${span(link.retryAt - now)}`;
    return (
      <p class="banner" role="status" data-kind="lost">
        <strong>Connection lost.</strong> Showing {wall(link.since)}, {span(now - link.since)} ago; {next}.
      </p>
    );
  }
  if (!paused) return null;
  return (
    <p class="banner" role="status" data-kind="paused">
      <strong>Paused.</strong> The page stands still; the trains do not.
    </p>
  );
}
