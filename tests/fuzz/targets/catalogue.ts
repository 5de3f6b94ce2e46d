import type { Target } from "../target.ts";
import { commandLines } from "./command-lines.ts";
import { eventForms, events } from "./events.ts";
import { insertsStream } from "./inserts-stream.ts";
import { json } from "./json.ts";
import { ksql } from "./ksql.ts";
import { mqttBatch, mqttState } from "./mqtt.ts";
import { restProxy } from "./rest-proxy.ts";
import { avroValues, jsonSchemas, protobufSchemas, registry, registryRequests } from "./schemas.ts";
import { serial } from "./serial.ts";
import { socketIo } from "./socket-io.ts";

export const TARGETS: readonly Target[] = [
  ...[
    serial,
    mqttBatch,
    mqttState,
    events,
    eventForms,
    json,
    registry,
    registryRequests,
    jsonSchemas,
    protobufSchemas,
    avroValues,
    restProxy,
    ksql,
    insertsStream,
    socketIo,
    commandLines,
  ],
];
