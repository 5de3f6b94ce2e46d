import { withOptions } from "../../infra/runtime/service/precedence.ts";
import type { ServiceContext } from "../../infra/runtime/service/serve.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import { fleetConfig } from "./config.ts";
import { serveControl } from "./control.ts";
import { Fleet } from "./fleet.ts";
import { httpPost } from "./post.ts";

export interface VehiclesOptions {
  readonly numVehicles: number;
  /** Between two events of a vehicle, ms. */
  readonly interval: number;
  readonly seed: number;
  readonly host?: string;
}

/**
 * Vehicles that post until the process ends; `stop` and `status` of other terminals find it.
 *
 * @throws {CodedError} CONFIG_INVALID, ALREADY_RUNNING
 */
export async function startVehicles(
  options: VehiclesOptions,
  { env, clock, logger }: ServiceContext,
): Promise<RunningService> {
  // A token found with another address is not for this one.
  const config = fleetConfig(withOptions(env, { FLEET_URL: options.host }));
  const host = config.url;
  const fleet = new Fleet({
    vehicles: options.numVehicles,
    intervalMs: options.interval,
    seed: options.seed,
    post: httpPost(host, config),
    clock,
    logger,
  });
  const closeControl = await serveControl(
    config.runFile,
    {
      state: () => fleet.state(),
      // After the answer.
      stop: () => void clock.after(50, () => process.kill(process.pid, "SIGTERM")),
    },
    logger,
  );
  // Only now: a fleet that is refused because another runs must not have posted anything.
  fleet.start();
  logger.info({ vehicles: options.numVehicles, everyMs: options.interval, host }, "driving");
  return {
    async stop() {
      await fleet.stop();
      await closeControl();
      const { vehicles, boot: _, ...counts } = fleet.state();
      logger.info({ vehicles: vehicles.length, ...counts }, "parked");
    },
  };
}
