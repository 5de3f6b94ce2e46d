import { randomInt } from "node:crypto";
import { join } from "node:path";
import { fullJitter } from "../infra/runtime/backoff.ts";
import type { Clock } from "../infra/runtime/clock.ts";
import type { Logger } from "../infra/runtime/logger.ts";
import { seededRandom } from "../infra/runtime/random.ts";
import type { Running } from "../infra/runtime/service/lifecycle.ts";
import { messageOf } from "../schemas/errors.ts";
import { topicNames } from "../schemas/topics.ts";
import { City, type CityState, cityState } from "./city/city.ts";
import { Load } from "./city/load.ts";
import { ServiceClock } from "./city/service-clock.ts";
import type { SimulatorConfig } from "./config.ts";
import type { StateView } from "./control/api.ts";
import { controlRoutes } from "./control/routes.ts";
import { createControlServer } from "./control/server.ts";
import { deviceTotals } from "./control/views.ts";
import { IdentityFile } from "./device/identity-file.ts";
import { DeviceGroup } from "./devices/device-group.ts";
import { type ActiveFault, FaultBoard } from "./faults/fault-board.ts";
import { PtyHost } from "./hosts/pty-host.ts";
import { TcpHost } from "./hosts/tcp-host.ts";
import { devicesFor, type SimulatorOptions } from "./options.ts";
import { RateMeter } from "./report/rates.ts";
import { claimHome } from "./single.ts";
import { readJson, writeJson } from "./state-file.ts";
import { runCity, runLoad, type Traffic } from "./traffic.ts";
import { restProxySink } from "./weather/rest-proxy.ts";
import { runWeatherBox } from "./weather/weather-box.ts";

const METER_MS = 1000;

/** A simulator that runs. */
export interface Simulator extends Running {
  /** Of the control interface. */
  readonly url: string;
  state(): StateView;
  faults(): readonly ActiveFault[];
}

/**
 * Power up all devices, let the city happen, and listen for commands.
 *
 * @throws {CodedError} ALREADY_RUNNING, PORT_TAKEN, SERIAL_OPEN_FAILED, CONFIG_INVALID
 */
export async function startSimulator(
  options: SimulatorOptions,
  config: SimulatorConfig,
  clock: Clock,
  logger: Logger,
): Promise<Simulator> {
  const { home } = config;
  const release = claimHome(join(home, "run", "firmware-sim.lock"));
  const cityFile = join(home, "firmware", "city.json");
  const kept: CityState | undefined = readJson(cityFile, cityState);
  // A start time that was asked for makes a new day: trains begin it from their first places.
  const state: CityState =
    options.from !== undefined
      ? { service: options.from, lines: {} }
      : (kept ?? { service: clock.now(), lines: {} });
  const serviceClock = new ServiceClock(clock, state.service, options.speed);
  const service = (): number => serviceClock.now();
  const tcp =
    config.link &&
    (await TcpHost.listen(config.link, clock).catch((error: unknown) => {
      release();
      throw error;
    }));
  const host = tcp ?? new PtyHost(join(home, "serial"), options.baud || undefined);
  const devices = devicesOf(options, { home, host, clock, service, logger });
  const faults = new FaultBoard(devices, clock, (device, error) => logger.warn({ device }, messageOf(error)));
  const meter = new RateMeter(devices, clock.monotonic());
  const view = (): StateView => ({
    service: service(),
    speed: options.speed,
    ...deviceTotals(devices),
    rates: meter.rates,
    faults: faults.active.length,
  });
  const stopMeter = clock.every(METER_MS, () => meter.look(devices, clock.monotonic()));
  const server = createControlServer(
    controlRoutes({ devices, faults, state: view, service }),
    logger,
    config.askedToken,
  );
  // First the port, which may be taken; then the lines, which agents notice.
  const { url } = await server.listen(config.port).catch(async (error: unknown) => {
    await tcp?.close();
    release();
    throw error;
  });
  await devices.start();

  const traffic = startTraffic(options, { clock, devices, service, state, cityFile });
  const weather = new AbortController();
  if (options.traffic && options.weather)
    startWeather(options, config, { clock, service, logger }, weather.signal);

  return {
    url,
    state: view,
    faults: () => faults.active,
    async stop() {
      traffic?.stop();
      weather.abort();
      stopMeter();
      faults.stop();
      await server.close();
      devices.stop();
      await tcp?.close();
      release();
    },
  };
}

interface DeviceGroupParts {
  readonly home: string;
  readonly host: TcpHost | PtyHost;
  readonly clock: Clock;
  /** Epoch ms of the service clock. */
  readonly service: () => number;
  readonly logger: Logger;
}

function devicesOf(
  options: SimulatorOptions,
  { home, host, clock, service, logger }: DeviceGroupParts,
): DeviceGroup {
  return new DeviceGroup({
    devices: devicesFor(options),
    folder: join(home, "firmware", "rings"),
    identities: new IdentityFile(join(home, "firmware", "identities.json")),
    host,
    baudRate: options.baud,
    seed: options.seed,
    clock,
    service,
    nonce: () => randomInt(1, 2 ** 32),
    onLineError: (line, error) => logger.warn({ device: line.address.deviceId }, messageOf(error)),
  });
}

interface TrafficParts {
  readonly clock: Clock;
  readonly devices: DeviceGroup;
  readonly service: () => number;
  readonly state: CityState;
  /** Where the city is kept for the next start. */
  readonly cityFile: string;
}

/** Trains and riders, or a steady load; undefined: nothing happens by itself. */
function startTraffic(options: SimulatorOptions, parts: TrafficParts): Traffic | undefined {
  const { clock, devices, service, state, cityFile } = parts;
  if (!options.traffic) return undefined;
  if (options.rate !== undefined)
    return runLoad(clock, devices, new Load(options.rate, clock.monotonic()), service);
  const city = new City(options, state);
  return runCity({
    clock,
    devices,
    service,
    advance: (to) => city.advance(to),
    save: () => writeJson(cityFile, { ...city.state, lines: { ...state.lines, ...city.state.lines } }),
  });
}

function startWeather(
  { seed }: SimulatorOptions,
  config: SimulatorConfig,
  { clock, service, logger }: Pick<DeviceGroupParts, "clock" | "service" | "logger">,
  signal: AbortSignal,
): void {
  const random = seededRandom(seed, "weather-backoff");
  void runWeatherBox(
    {
      sink: restProxySink(config.restProxy, topicNames(config.topicPrefix).weather),
      seed,
      clock,
      service,
      backoff: fullJitter({ baseMs: 500, capMs: 10_000, floorMs: 250, random }),
      logger: logger.child({ part: "weather" }),
    },
    signal,
  );
}
