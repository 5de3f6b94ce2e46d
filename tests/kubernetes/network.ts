import {
  environmentOf,
  type Labels,
  type Manifest,
  mainContainer,
  ofKind,
  ownWorkloads,
  podOf,
  workloadsOf,
} from "./manifests.ts";

/** Something that opens connections, or takes them. */
export interface Peer {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** By name, as policies may name them. */
  readonly ports?: Labels;
}

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

interface PeerRule {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: unknown;
}

interface Rule {
  readonly from?: readonly PeerRule[];
  readonly to?: readonly PeerRule[];
  readonly ports?: readonly { readonly protocol?: string; readonly port?: number | string }[];
}

export interface PolicySpec {
  readonly podSelector: Selector;
  readonly policyTypes: readonly ("Ingress" | "Egress")[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

export type Policy = Manifest<PolicySpec>;

const OWN = "elevated";

function matches({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "In") return value !== undefined && values.includes(value);
      if (operator === "NotIn") return value === undefined || !values.includes(value);
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      throw new Error(`${operator} is no operator of a selector`);
    })
  );
}

function admits(peer: Peer, rules: readonly PeerRule[] | undefined): boolean {
  // Without peers a rule is about everybody.
  if (rules === undefined || rules.length === 0) return true;
  return rules.some(({ podSelector, namespaceSelector, ipBlock }) => {
    if (ipBlock !== undefined) throw new Error("addresses are no part of this");
    const namespace = { "kubernetes.io/metadata.name": peer.namespace };
    const isThere = namespaceSelector ? matches(namespaceSelector, namespace) : peer.namespace === OWN;
    return isThere && (podSelector === undefined || matches(podSelector, peer.labels));
  });
}

/**
 * May one open a connection to the other's port? As Kubernetes decides: a pod that no policy selects is open; else one rule
 * must let it pass, at the sender's side and at the receiver's.
 */
export function mayReach(policies: readonly Policy[], from: Peer, to: Peer, port: number): boolean {
  const passes = (side: "Ingress" | "Egress"): boolean => {
    const [self, other] = side === "Ingress" ? [to, from] : [from, to];
    if (self.namespace !== OWN) return true;
    const own = policies.filter(
      ({ spec }) => spec.policyTypes.includes(side) && matches(spec.podSelector, self.labels),
    );
    if (own.length === 0) return true;
    const rules = own.flatMap(({ spec }) => (side === "Ingress" ? spec.ingress : spec.egress) ?? []);
    return rules.some(
      (rule) =>
        admits(other, side === "Ingress" ? rule.from : rule.to) &&
        (rule.ports ?? [{}]).some(({ port: allowed }) =>
          typeof allowed === "string"
            ? to.ports?.[allowed] === String(port)
            : allowed === undefined || allowed === port,
        ),
    );
  };
  return passes("Egress") && passes("Ingress");
}

interface Listener {
  readonly port: number;
  readonly networkPolicyPeers?: readonly PeerRule[];
}

/** A pod that Strimzi makes, with the labels by which it may be told (Labels.java, generateDefaultLabels). */
function ofStrimzi(name: string, cluster: string, component: string): Peer {
  const labels = {
    "app.kubernetes.io/part-of": `strimzi-${cluster}`,
    "strimzi.io/cluster": cluster,
    "strimzi.io/name": `${cluster}-${component}`,
  };
  return { name, namespace: OWN, labels };
}
const KAFKA = ofStrimzi("kafka", "elevated", "kafka");
const CONNECT = ofStrimzi("connect", "elevated-connect", "connect");
const OPERATOR = ofStrimzi("entity-operator", "elevated", "entity-operator");

/** Everything of the namespace, and who may come from outside. */
export function peersOf(objects: readonly Manifest[]): readonly Peer[] {
  const pods = workloadsOf(objects).map((workload): Peer => {
    const ports = mainContainer(workload).ports ?? [];
    return {
      name: workload.metadata.name,
      namespace: OWN,
      labels: workload.spec.template.metadata.labels,
      ports: Object.fromEntries(ports.map(({ name, containerPort }) => [name, String(containerPort)])),
    };
  });
  const outside = ["internet", "ingress", "monitoring", "keda"].map((namespace) => ({
    name: namespace,
    namespace,
    labels: namespace === "keda" ? { app: "keda-operator" } : {},
  }));
  return [...pods, KAFKA, CONNECT, OPERATOR, ...outside];
}

/** The overlay's policies, with those that Strimzi makes of a Kafka and of a Connect (KafkaCluster.java, KafkaConnectCluster.java). */
export function policiesOf(objects: readonly Manifest[]): readonly Policy[] {
  const listeners = ofKind<{ readonly kafka: { readonly listeners: readonly Listener[] } }>(
    objects,
    "Kafka",
  ).flatMap(({ spec }) => spec.kafka.listeners);
  const made = (peer: Peer, ingress: readonly Rule[]): Policy => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `of-strimzi-${peer.name}` },
    spec: {
      podSelector: { matchLabels: { "strimzi.io/name": peer.labels["strimzi.io/name"] ?? "" } },
      policyTypes: ["Ingress"],
      ingress,
    },
  });
  const among = (peers: readonly Peer[]): readonly PeerRule[] =>
    peers.map(({ labels }) => ({
      podSelector: { matchLabels: { "strimzi.io/name": labels["strimzi.io/name"] ?? "" } },
    }));
  return [
    ...ofKind<PolicySpec>(objects, "NetworkPolicy"),
    made(KAFKA, [
      { from: among([KAFKA]), ports: [{ port: 9090 }] },
      { from: among([KAFKA, OPERATOR]), ports: [{ port: 9091 }] },
      ...listeners.map(
        ({ port, networkPolicyPeers }): Rule => ({ from: networkPolicyPeers ?? [], ports: [{ port }] }),
      ),
    ]),
    made(CONNECT, [{ from: among([CONNECT]), ports: [{ port: 8083 }] }]),
  ];
}

export interface Connection {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/** Services of Strimzi's, by the names that it gives them. */
const NAMED: Readonly<Record<string, string>> = {
  "elevated-kafka-bootstrap": "kafka",
  "elevated-connect-connect-api": "connect",
};

/** Addresses in a setting: `host:port`, alone, in a URL, or several. */
function addressesIn(value: string): readonly (readonly [host: string, port: number])[] {
  return [...value.matchAll(/(?:^|\/\/|@|,)([a-z][a-z0-9-]*):(\d+)/g)].map(([, host = "", port]) => [
    host,
    Number(port),
  ]);
}

/** What each pod's settings, first containers included, make it connect to. */
export function connectionsOf(objects: readonly Manifest[], postgres: string): readonly Connection[] {
  return ownWorkloads(objects).flatMap((workload) => {
    const { containers, initContainers = [] } = podOf(workload);
    const values = [...containers, ...initContainers].flatMap((container) =>
      Object.entries(environmentOf(container, objects)).map(([name, value = ""]) =>
        name === "POSTGRES_URL_FILE" ? postgres : value,
      ),
    );
    const found = values
      .flatMap(addressesIn)
      .map(([host, port]) => ({ from: workload.metadata.name, to: NAMED[host] ?? host, port }));
    return [...new Map(found.map((each) => [JSON.stringify(each), each])).values()];
  });
}
