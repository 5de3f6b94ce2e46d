import { stationById } from "../../../../schemas/network/network.ts";
import { platformOf, stationsAlong } from "../../../../schemas/network/service.ts";
import type { TrainView } from "../../../../schemas/page/page.ts";
import { cityTime } from "./dates.ts";
import type { FeedEntity, StopTimeUpdate, TripDescriptor, VehicleDescriptor } from "./feed-message.ts";
import { directionIdOf, lineName, tripIdOf } from "./names.ts";

/** Seconds since 1970, rounded down. */
export function seconds(at: number): number {
  return Math.floor(at / 1000);
}

/** A train of which a feed may speak: it was seen a short while ago, at a station of its line, and carries passengers. */
export function reports(train: TrainView): boolean {
  return !train.stale && train.status !== "out_of_service" && placeOf(train) !== -1;
}

/** Index among the stops of its trip; -1: its station is not on its line. */
function placeOf({ line, direction, stationId }: TrainView): number {
  return stationsAlong(line, direction).findIndex(({ id }) => id === stationId);
}

/** Where a sensor saw the train: nothing is guessed, so it stands at a stop. */
export function vehiclePosition(train: TrainView): FeedEntity {
  const station = stationById(train.stationId);
  return {
    id: train.id,
    vehicle: {
      trip: tripOf(train),
      position: { latitude: station?.lat ?? 0, longitude: station?.lon ?? 0 },
      currentStopSequence: placeOf(train) + 1,
      currentStatus: "STOPPED_AT",
      timestamp: seconds(train.at),
      stopId: stopIdOf(train, train.stationId),
      vehicle: vehicleOf(train),
    },
  };
}

/**
 * When the train was at its last stop, and when it will be at those to come at its line's pace of now. One that is late
 * for its next stop is expected there at once. Nothing is said of how long a breakdown lasts.
 *
 * @param now - wall clock, epoch ms.
 */
export function tripUpdate(train: TrainView, now: number): FeedEntity {
  const place = placeOf(train);
  const [here, ...ahead] = stationsAlong(train.line, train.direction).slice(place);
  if (!here) return { id: train.id };
  const late = Math.max(0, now - (train.at + train.stepMs));
  let last = seconds(train.at);
  const updates: StopTimeUpdate[] = [
    {
      stopSequence: place + 1,
      arrival: { time: last },
      ...ofStop(train, here.id),
      scheduleRelationship: "UNSCHEDULED",
    },
  ];
  for (const [i, { id }] of ahead.entries()) {
    const stop = { stopSequence: place + 2 + i, ...ofStop(train, id) };
    if (train.status === "broken_down") {
      // It holds for all that follow.
      updates.push({ ...stop, scheduleRelationship: "NO_DATA" });
      break;
    }
    // Two stops have two times, also where the service clock makes a run shorter than a second.
    last = Math.max(last + 1, Math.ceil((train.at + late + (i + 1) * train.stepMs) / 1000));
    updates.push({ ...stop, arrival: { time: last }, scheduleRelationship: "UNSCHEDULED" });
  }
  return {
    id: train.id,
    tripUpdate: {
      trip: tripOf(train),
      stopTimeUpdate: updates,
      vehicle: vehicleOf(train),
      timestamp: seconds(train.at),
    },
  };
}

function ofStop(train: TrainView, stationId: number): { readonly stopId: string } {
  return { stopId: stopIdOf(train, stationId) };
}

function stopIdOf({ line, direction }: TrainView, stationId: number): string {
  const station = stationById(stationId);
  return station ? String(platformOf(station, line, direction).stopId) : "";
}

function tripOf({ line, direction, startedAt }: TrainView): TripDescriptor {
  const { date, time } = cityTime(startedAt);
  return {
    tripId: tripIdOf(line, direction),
    startTime: time,
    startDate: date,
    scheduleRelationship: "UNSCHEDULED",
    routeId: line,
    directionId: directionIdOf(direction),
  };
}

function vehicleOf({ id, line }: TrainView): VehicleDescriptor {
  return { id, label: `${lineName(line)} ${Number(id.replace(/\D/g, "") || 0)}` };
}
