import { kafkaContract } from "./contract.ts";
import { memoryKafka } from "./memory.ts";

kafkaContract("memory", async () => ({ kafka: memoryKafka(), prefix: "t." }));
