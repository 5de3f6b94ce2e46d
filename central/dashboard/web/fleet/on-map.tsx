import type { VehicleView } from "../../../../schemas/page/fleet.ts";
import { useTexts } from "../state/language.tsx";
import { useNow, usePage } from "../state/use.ts";
import { placeVehicle } from "./heading.ts";

/** More stale ones than this are marked and not labelled: the table names them. */
const LABELLED = 6;

/** The vehicles where they were last, each pointing its way. The table says the same in words. */
export function VehiclesOnMap() {
  const ids = usePage(({ state }) => Object.keys(state?.vehicles ?? {}).join(" "));
  const stale = usePage(
    ({ state }) => Object.values(state?.vehicles ?? {}).filter((vehicle) => vehicle.stale).length,
  );
  if (ids === "") return null;
  return (
    <g class="vehicles-drawn">
      {ids.split(" ").map((id) => (
        <VehicleMark key={id} id={id} labelled={stale <= LABELLED} />
      ))}
    </g>
  );
}

function VehicleMark({ id, labelled }: { readonly id: string; readonly labelled: boolean }) {
  const texts = useTexts();
  const vehicle = usePage(({ state }) => state?.vehicles[id]);
  if (!vehicle) return null;
  const { x, y, turn } = placeVehicle(vehicle, vehicle.heading);
  return (
    <g
      class="vehicle"
      data-vehicle={id}
      data-stale={vehicle.stale}
      transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
    >
      <title>{texts.fleet.mark(id, Math.round(vehicle.speed), texts.wall(vehicle.heard))}</title>
      <path d="M0-8 5 6 0 3-5 6Z" transform={`rotate(${turn})`} />
      {vehicle.stale && labelled ? <Age vehicle={vehicle} /> : null}
    </g>
  );
}

function Age({ vehicle }: { readonly vehicle: VehicleView }) {
  const texts = useTexts();
  const now = useNow(1_000);
  return (
    <text x="9" y="4">
      {texts.fleet.heardAgo(vehicle.id, now - vehicle.heard)}
    </text>
  );
}
