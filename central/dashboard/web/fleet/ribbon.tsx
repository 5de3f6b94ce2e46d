import { figure } from "../rules/words.ts";
import { usePage } from "../state/use.ts";

/** The vehicles' events on their way into PostgreSQL: the writer's rate and its lag. */
export function FleetRate() {
  const fleet = usePage(({ state }) => state?.fleet);
  if (!fleet || (fleet.vehicles === 0 && !fleet.waiting)) return null;
  const { rate, waiting } = fleet;
  // The writer tells how far it is twice a second: what came since is no backlog.
  const backlog = (waiting ?? 0) > 2 * (rate ?? 0);
  return (
    <p class="rate fleet-rate" title="Vehicles' events: from Kafka into PostgreSQL">
      <span class="muted">Vehicles</span> <strong>{rate === null ? "–" : figure(rate)}</strong> rows/s,{" "}
      <span class={backlog ? "hop-waiting" : "muted"}>
        {waiting === null ? "the writer is silent" : `${figure(waiting)} wait`}
      </span>
    </p>
  );
}
