import type { HopView } from "../../../../schemas/page/page.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import { vehicleAnswer } from "../fleet/shapes.ts";
import type { Model } from "../model/model.ts";
import { stationAnswer, stationDetail, trainAnswer, trainDetail, weatherAnswer } from "./answers.ts";

/** What is known at a moment: the present, or one of the past. */
export interface KnownState {
  readonly model: Model;
  readonly proof: ProofView | null;
  readonly hops: readonly HopView[];
  /** Is it known what dedup had counted? Its topic keeps only the newest. */
  readonly counted: boolean;
  /** Wall clock, epoch ms. */
  readonly now: number;
}

/** `missing`: why there is nothing of this name. */
export type StateAnswer = { readonly json: unknown } | { readonly missing: string };

type Answer = (known: KnownState, id: string) => StateAnswer;

/** What `/api/v1` tells of the present, and with `?at=` of any moment that Kafka still holds. */
export const STATE_ANSWERS: Readonly<Record<string, Answer>> = {
  "/trains": (known) => ({ json: Object.values(trainsOf(known)).map(trainAnswer) }),
  "/trains/:id": (known, id) => {
    const train = trainsOf(known)[id];
    return train ? { json: trainDetail(train, known.model) } : { missing: `no train ${id} was seen of late` };
  },
  "/stations": ({ model }) => {
    const devices = model.devices.all();
    return { json: model.stations().map((station) => stationAnswer(station, model, devices)) };
  },
  "/stations/:id": ({ model, counted }, id) => {
    const station = model.stations().find((one) => String(one.id) === id);
    return station
      ? { json: stationDetail(station, model, counted) }
      : { missing: `no station ${id} on the three lines` };
  },
  "/vehicles": ({ model, now }) => ({ json: model.vehicles.all(now).map(vehicleAnswer) }),
  "/weather": ({ model }) => ({ json: weatherAnswer(model.weather) }),
  "/hops": ({ hops }) => ({ json: hops }),
  "/proof": ({ proof }) => ({ json: proof }),
};

function trainsOf({ model, now }: KnownState): ReturnType<Model["trains"]["view"]> {
  return model.trains.view(now, model.clock.view()?.speed ?? null);
}
