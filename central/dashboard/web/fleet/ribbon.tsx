import { useTexts } from "../state/language.tsx";
import { usePage } from "../state/use.ts";

/** The vehicles' events on their way into PostgreSQL: the writer's rate and its lag. */
export function FleetRate() {
  const texts = useTexts();
  const fleet = usePage(({ state }) => state?.fleet);
  if (!fleet || (fleet.vehicles === 0 && !fleet.waiting)) return null;
  const { rate, waiting } = fleet;
  // The writer tells how far it is twice a second: what came since is no backlog.
  const backlog = (waiting ?? 0) > 2 * (rate ?? 0);
  return (
    <p class="rate fleet-rate" title={texts.fleet.rateTitle}>
      <span class="muted">{texts.fleet.rate}</span>{" "}
      <strong>{rate === null ? "–" : texts.figure(rate)}</strong> {texts.fleet.rows}{" "}
      <span class={backlog ? "hop-waiting" : "muted"}>
        {waiting === null ? texts.fleet.writerSilent : texts.fleet.wait(waiting)}
      </span>
    </p>
  );
}
