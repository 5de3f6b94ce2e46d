import { kafkaContract } from "../kafka.contract.ts";
import { logReaderContract } from "../log-reader.contract.ts";
import { partitionsContract } from "../partitions.contract.ts";
import { memoryKafka } from "./memory.ts";

kafkaContract("memory", async () => ({ kafka: memoryKafka(), prefix: "t." }));
logReaderContract("memory", async () => ({ kafka: memoryKafka(), prefix: "t." }));
partitionsContract("memory", async () => ({ kafka: memoryKafka(), prefix: "t." }));
