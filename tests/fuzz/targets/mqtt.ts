import { checkBatch } from "../../../gateway/bridge/batch.ts";
import { checkState } from "../../../gateway/bridge/state.ts";
import { agentState, batch, deviceState, json, payload, STATION } from "../../../gateway/testing/samples.ts";
import { decodeReadingBatch } from "../../../schemas/avro/reading-batch.ts";
import { SINGLE_OBJECT_HEADER } from "../../../schemas/avro/single-object.ts";
import { isCoded } from "../../../schemas/errors.ts";
import { LIMITS } from "../../../schemas/mqtt.ts";
import type { ReadingBatch } from "../../../schemas/readings.ts";
import { refusing, type Target } from "../target.ts";

const bodyOf = (value: ReadingBatch): Buffer => payload(value).subarray(SINGLE_OBJECT_HEADER);

export const mqttBatch: Target = {
  name: "mqtt-batch",
  about: "batches of readings that an agent publishes",
  maxBytes: LIMITS.payloadBytes,
  corpus: [bodyOf(batch(1)), bodyOf({ ...batch(2), runs: [...batch(2).runs, ...batch(3).runs] })],
  families: {
    "n runs": (n) => bodyOf({ ...batch(1), runs: Array.from({ length: n }, () => batch(1).runs).flat() }),
    "n readings in a run": (n) => {
      const { runs, ...rest } = batch(1);
      return bodyOf({
        ...rest,
        runs: runs.map((run) => ({ ...run, readings: Array.from({ length: n }, () => run.readings).flat() })),
      });
    },
  },
  take: (input) =>
    refusing(
      () => {
        checkBatch(input, STATION);
        const decoded = decodeReadingBatch(input);
        // What the gateway lets through must be readable behind it.
        if (!decoded.ok) throw new Error(`checked, but not decodable: ${decoded.error.message}`);
      },
      (error) => isCoded(error, "AVRO_INVALID", "BATCH_INVALID"),
    ),
};

export const mqttState: Target = {
  name: "mqtt-state",
  about: "states of devices and agents, and wills",
  maxBytes: LIMITS.payloadBytes,
  corpus: [json(agentState()), json(deviceState())],
  take: (input) =>
    refusing(
      () => checkState(input, STATION, input.includes('"agent"') ? "agent" : deviceState().id),
      (error) => isCoded(error, "STATE_INVALID"),
    ),
};
