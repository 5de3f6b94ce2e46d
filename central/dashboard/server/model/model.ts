import { stationById } from "../../../../schemas/network/network.ts";
import type { StationView, WeatherView } from "../../../../schemas/page/page.ts";
import type { StationRecord } from "../../../../schemas/records.ts";
import { AuditView } from "../../../audit/view.ts";
import { GONE_MS, Vehicles } from "../fleet/vehicles.ts";
import { DedupCounts } from "./dedup-counts.ts";
import { Delays } from "./delays.ts";
import { Devices } from "./devices.ts";
import { EntryHistory } from "./entry-history.ts";
import { HopRates } from "./hop-rates.ts";
import type { Input } from "./inputs.ts";
import { LastReadings } from "./last-readings.ts";
import { ServiceClockModel } from "./service-clock.ts";
import { Trail } from "./trail.ts";
import { Trains } from "./trains.ts";

/**
 * All the dashboard knows, and the only place where it changes. No Kafka, no clock: the same inputs at the same times
 * give the same state.
 */
export class Model {
  readonly trains = new Trains();
  readonly vehicles = new Vehicles();
  readonly devices = new Devices();
  readonly dedup = new DedupCounts();
  readonly audit = new AuditView();
  readonly clock = new ServiceClockModel();
  readonly delays = new Delays();
  readonly rates = new HopRates();
  readonly history = new EntryHistory();
  readonly readings = new LastReadings();
  readonly trail = new Trail();
  readonly #stations = new Map<number, Map<string, StationRecord>>();
  readonly #summed = new Map<number, number>();
  #weather: WeatherView | null = null;
  #deadLetters = 0;
  /** When the first sum was read, wall ms. */
  #began: number | undefined;

  /**
   * @param now - when this process read it, wall ms.
   * @param live - false: it was in the topic before this process began to read.
   */
  apply(input: Input, now: number, live = true): void {
    switch (input.kind) {
      case "arrival": {
        if (input.times) this.clock.hear(input.times.service, input.times.device);
        // A device's clock that runs ahead must not keep its train fresh for ever.
        const at = Math.min(input.times?.device ?? input.at, input.at);
        this.trains.see(input.record, at, this.clock.view()?.speed ?? null);
        if (input.times) this.delays.reading(input.times, now);
        this.readings.arrival(input);
        this.trail.reading(input.place);
        return;
      }
      case "entry":
        if (!input.times) return;
        this.clock.hear(input.times.service, input.times.device);
        this.delays.reading(input.times, now);
        this.readings.entry(input.stationId, input.deviceId, input.times, now);
        this.trail.reading(input.place);
        return;
      case "summary":
        this.#began ??= now;
        // What was counted before this process began is read from the table's past, not passed on.
        if (input.count !== null && input.at >= this.#began) this.delays.counted(input.at, now);
        this.#sum(input.stationId, input.count, input.at);
        this.trail.row(input.stationId, input.place);
        return;
      case "weather":
        this.#weather = {
          temperature: input.record.temperature,
          status: input.record.status,
          service: input.service,
        };
        return;
      case "station":
        this.#place(input.record);
        return;
      case "station-gone":
        this.#stations.get(input.stationId)?.delete(input.line);
        return;
      case "state":
        this.devices.tell(input.state, input.at, input.offset);
        return;
      case "state-gone":
        this.devices.forget(input.id);
        return;
      case "dedup":
        this.dedup.set(input.state, input.partition);
        return;
      case "dedup-gone":
        this.dedup.forget(input.stationId, input.partition);
        return;
      case "audit":
        this.audit.apply(input.key, input.value);
        this.trail.verdict(this.audit.verdict);
        return;
      // They are made of all that is here, so they are beside it.
      case "incident":
        return;
      case "vehicle":
        // Behind the present only the gateway's clock says when; in the present the reader's does, for all gateways.
        this.vehicles.see(input.record, live ? now : Math.min(Date.parse(input.record.received), now));
        return;
      case "dead-letter":
        this.#deadLetters++;
        if (input.conflict && now - input.at < GONE_MS) this.vehicles.refuse(input.conflict, input.at);
    }
  }

  get weather(): WeatherView | null {
    return this.#weather;
  }

  get deadLetters(): number {
    return this.#deadLetters;
  }

  /** Entries per station, as ksqlDB counts them. A station without a row has no data. */
  get summed(): ReadonlyMap<number, number> {
    return this.#summed;
  }

  /** All stations' entries together; null: no station has data. */
  get entries(): number | null {
    if (this.#summed.size === 0) return null;
    return [...this.#summed.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The stations of the stations table, each with its place on every line it is on. */
  stations(): StationView[] {
    return [...this.#stations].flatMap(([id, lines]) => {
      const [first] = lines.values();
      if (!first) return [];
      const facts = stationById(id);
      return {
        id,
        name: first.station_name,
        stops: [...lines.values()].map(({ line, order }) => ({ line, order })),
        lat: facts?.lat ?? null,
        lon: facts?.lon ?? null,
      };
    });
  }

  #place(record: StationRecord): void {
    const lines = this.#stations.get(record.station_id) ?? new Map<string, StationRecord>();
    lines.set(record.line, record);
    this.#stations.set(record.station_id, lines);
  }

  #sum(stationId: number, count: number | null, at: number): void {
    if (count === null) {
      this.#summed.delete(stationId);
      return;
    }
    const before = this.#summed.get(stationId);
    const service = this.clock.serviceAt(at);
    if (before !== undefined && service !== null) this.history.add(stationId, count - before, service);
    this.#summed.set(stationId, count);
  }
}
