import type { ServiceContext } from "../infra/runtime/service/serve.ts";
import type { RunningService } from "../infra/runtime/service/service-set.ts";
import { simulatorConfig } from "./config.ts";
import type { SimulatorOptions } from "./options.ts";
import { simulatorMetrics } from "./report/metrics.ts";
import { startReporter } from "./report/reporter.ts";
import { startSimulator } from "./simulator.ts";

/**
 * The simulator as a process: with its figures on the terminal, in its log and in its metrics.
 *
 * @throws {CodedError} ALREADY_RUNNING, PORT_TAKEN, SERIAL_OPEN_FAILED, CONFIG_INVALID
 */
export async function startSimulatorService(
  options: SimulatorOptions,
  { env, clock, logger, metrics }: ServiceContext,
): Promise<RunningService> {
  const startedAt = clock.monotonic();
  const simulator = await startSimulator(options, simulatorConfig(env), clock, logger);
  const stopReporter = startReporter({
    clock,
    terminal: process.stderr.isTTY === true,
    write: (text) => process.stderr.write(text),
    state: () => simulator.state(),
    faults: () => simulator.faults(),
  });
  simulatorMetrics(metrics, () => simulator.state());
  const { devices } = simulator.state();
  const ms = Math.round(clock.monotonic() - startedAt);
  logger.info({ devices: devices.total, up: devices.up, ms, control: simulator.url }, "devices are up");
  return {
    probe: () => ({ ready: true, detail: { ...simulator.state() } }),
    async stop() {
      stopReporter();
      await simulator.stop();
    },
  };
}
