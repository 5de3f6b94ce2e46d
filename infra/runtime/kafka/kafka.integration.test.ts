import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { systemClock } from "../clock.ts";
import { silentLogger } from "../logger.ts";
import { kafkaContract } from "./kafka.contract.ts";
import { createKafka } from "./kafka.ts";
import { logReaderContract } from "./log-reader.contract.ts";
import { partitionsContract } from "./partitions.contract.ts";

const open = async () => ({
  kafka: createKafka({
    brokers: [inject("kafka")],
    clientId: "contract",
    logger: silentLogger,
    clock: systemClock,
  }),
  prefix: `contract-${randomUUID()}.`,
});

kafkaContract("kafkajs", open);
logReaderContract("kafkajs", open);
partitionsContract("kafkajs", open);
