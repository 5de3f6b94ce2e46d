import { z } from "zod";
import { registrySettings } from "../../infra/runtime/security/http.ts";
import { kafkaSettings } from "../../infra/runtime/security/kafka.ts";
import { stationTopics, topicPrefix } from "../../infra/runtime/service/config.ts";
import { networkFile } from "../../infra/runtime/service/network-file.ts";

export const dedupSettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  TOPIC_PREFIX: topicPrefix,
  NETWORK_FILE: networkFile,
  DEDUP_STATION_TOPICS: stationTopics,
});
