import { z } from "zod";
import { kafkaSettings } from "../../runtime/security/kafka.ts";
import { topicPrefix } from "../../runtime/service/config.ts";

export const partitionSettings = z.object({ ...kafkaSettings, TOPIC_PREFIX: topicPrefix });
