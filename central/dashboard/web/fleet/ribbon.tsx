import { figure } from "../rules/words.ts";
import { usePage } from "../state/use.ts";

/** The vehicles' events on their way into PostgreSQL: the writer's rate and its lag. */
export function FleetRate() {
  const fleet = usePage(({ state }) => state?.fleet);
  if (!fleet || (fleet.vehicles === 0 && !fleet.waiting)) return null;
  const { rate, waiting } = fleet;
  return (
    <p class="rate fleet-rate" title="Vehicles' events: from Kafka into PostgreSQL">
      <span class="muted">Vehicles</span> <strong>{rate === null ? "–" : figure(rate)}</strong> rows/s,{" "}
      <span class={waiting ? "hop-waiting" : "muted"}>
        {waiting === null ? "the writer is silent" : `${figure(waiting)} wait`}
      </span>
    </p>
  );
}
