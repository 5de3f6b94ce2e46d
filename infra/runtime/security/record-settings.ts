import { z } from "zod";
import { topicPrefix } from "../service/config.ts";
import { registrySettings } from "./http.ts";
import { kafkaSettings } from "./kafka.ts";

/** Of a command that reads records of the system's topics and shows them decoded. */
export const recordSettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
});
