import { RestError } from "../../../runtime/http/errors.ts";
import type { Route } from "../../../runtime/http/router.ts";
import type { ClusterView, PartitionView } from "../../../runtime/kafka/ports.ts";
import { refusal } from "../core/refusal.ts";
import { parseProduceRequest, partitionInPath } from "../core/request.ts";
import { type EmbeddedFormat, isLegalTopic, type ProduceDependencies, produce } from "../produce.ts";

export interface ProxyRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly format: EmbeddedFormat;
  /** The body's text. @throws {RestError} 400 when it is not UTF-8 */
  readonly text: () => string;
}

/** What its promise resolves with is the answer's JSON. */
export type ProxyHandler = (proxy: ProduceDependencies, request: ProxyRequest) => unknown;

/** The produce half and the metadata of the v2 API. */
export const routes: readonly Route<ProxyHandler>[] = [
  { method: "GET", path: "/", handler: () => ({}) },
  { method: "GET", path: "/topics", handler: ({ cluster }) => cluster.topics() },
  { method: "GET", path: "/brokers", handler: async ({ cluster }) => ({ brokers: await cluster.brokers() }) },
  {
    method: "GET",
    path: "/topics/:topic",
    handler: async ({ cluster }, { params }) => {
      const { name, partitions } = await topicOf(cluster, params);
      return { name, configs: await cluster.configs(name), partitions: partitions.map(presented) };
    },
  },
  {
    method: "GET",
    path: "/topics/:topic/partitions",
    handler: async ({ cluster }, { params }) => (await topicOf(cluster, params)).partitions.map(presented),
  },
  {
    method: "GET",
    path: "/topics/:topic/partitions/:partition",
    handler: async ({ cluster }, { params }) => presented((await partitionOf(cluster, params)).view),
  },
  {
    method: "GET",
    path: "/topics/:topic/partitions/:partition/offsets",
    handler: async ({ cluster }, { params }) => {
      const { name, view } = await partitionOf(cluster, params);
      const { beginning, end } = await cluster.offsets(name, view.partition);
      return { beginning_offset: beginning, end_offset: end };
    },
  },
  {
    method: "POST",
    path: "/topics/:topic",
    handler: (proxy, { params, format, text }) =>
      produce(proxy, params["topic"] ?? "", undefined, format, parseProduceRequest(text())),
  },
  {
    method: "POST",
    path: "/topics/:topic/partitions/:partition",
    handler: (proxy, { params, format, text }) =>
      produce(proxy, params["topic"] ?? "", partitionNumber(params), format, parseProduceRequest(text())),
  },
];

/** @throws {RestError} 40002, 40403 */
async function topicOf(
  cluster: ClusterView,
  params: ProxyRequest["params"],
): Promise<{ readonly name: string; readonly partitions: readonly PartitionView[] }> {
  const name = params["topic"] ?? "";
  if (!isLegalTopic(name)) throw refusal.illegalTopic(name);
  const partitions = await cluster.partitions(name, true);
  if (!partitions) throw refusal.topicUnknown();
  return { name, partitions };
}

/** @throws {RestError} 404, 40002, 40402, 40403 */
async function partitionOf(
  cluster: ClusterView,
  params: ProxyRequest["params"],
): Promise<{ readonly name: string; readonly view: PartitionView }> {
  const wanted = partitionNumber(params);
  const { name, partitions } = await topicOf(cluster, params);
  const view = partitions.find(({ partition }) => partition === wanted);
  if (!view) throw refusal.partitionNotFound();
  return { name, view };
}

function partitionNumber(params: ProxyRequest["params"]): number {
  const number = partitionInPath(params["partition"] ?? "");
  if (number === undefined) throw new RestError(404, 404, "HTTP 404 Not Found");
  return number;
}

function presented({ partition, leader, replicas, inSync }: PartitionView): object {
  return {
    partition,
    leader,
    replicas: replicas.map((broker) => ({
      broker,
      leader: broker === leader,
      in_sync: inSync.includes(broker),
    })),
  };
}
