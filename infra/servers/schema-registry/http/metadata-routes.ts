import type { ApiRoute } from "./handler.ts";

/** The release of Confluent's registry whose API this one follows: some clients ask before they use what is newer. */
const FOLLOWED = "8.1.0";

/** `/v1/metadata…`: which registry, on which Kafka. */
export const metadataRoutes: readonly ApiRoute[] = [
  {
    method: "GET",
    path: "/v1/metadata/id",
    handler: async (store) => ({
      id: "",
      scope: {
        path: [],
        clusters: { "kafka-cluster": await store.clusterId(), "schema-registry-cluster": "schema-registry" },
      },
    }),
  },
  {
    method: "GET",
    path: "/v1/metadata/version",
    handler: () => ({ version: FOLLOWED, commitId: "unknown" }),
  },
  { method: "GET", path: "/v1/metadata/deployment", handler: () => ({ attributes: [] }) },
];
