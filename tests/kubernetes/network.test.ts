import { describe, expect, test } from "vitest";
import { readCompose } from "../compose/compose-file.ts";
import { mainContainer, objectsOf, workloadsOf } from "./manifests.ts";
import { type Connection, connectionsOf, mayReach, type Peer, peersOf, policiesOf } from "./network.ts";
import { OVERLAYS, type Overlay } from "./render.ts";

const POSTGRES = "postgresql://cta_admin@postgres:5432/cta";

/** What no setting of ours says: Strimzi's own, people's and machines' from outside. */
const BESIDES: Readonly<Record<Overlay, readonly string[]>> = {
  "one-broker": [],
  "three-zones": ["internet → gateway:8883", "ingress → dashboard:8888", "ingress → fleet-ingest:5001"],
  "three-zones-lag": [
    "internet → gateway:8883",
    "ingress → dashboard:8888",
    "ingress → fleet-ingest:5001",
    "keda → kafka:9093",
  ],
};

const shown = ({ from, to, port }: Connection): string => `${from} → ${to}:${port}`;

describe.each(OVERLAYS)("%s", (overlay) => {
  const objects = objectsOf(overlay);
  const policies = policiesOf(objects);
  const peers = peersOf(objects);
  const kafkaPort = overlay === "one-broker" ? 9092 : 9093;
  const probes = workloadsOf(objects).flatMap((workload) => {
    const { name, component } = {
      name: workload.metadata.name,
      component: workload.metadata.labels?.["app.kubernetes.io/component"],
    };
    const wanted = component === "server" ? "http" : "probe";
    const port = mainContainer(workload).ports?.find((each) => each.name === wanted)?.containerPort;
    return port === undefined ? [] : [`monitoring → ${name}:${port}`];
  });
  const strimzi = [
    `connect → kafka:${kafkaPort}`,
    "connect → postgres:5432",
    "kafka → kafka:9090",
    "kafka → kafka:9091",
    "entity-operator → kafka:9091",
    "connect → connect:8083",
  ];

  test("each reaches what its settings name, and nobody reaches anything else", () => {
    const needed = [
      ...connectionsOf(objects, POSTGRES).map(shown),
      ...strimzi,
      ...probes,
      ...BESIDES[overlay],
    ];
    // What leads to an agent outside, or to the cluster of the internet, comes from internet too, whatever its namespace.
    const open = new Set(
      BESIDES[overlay].filter((each) => each.startsWith("internet")).map((each) => each.split(" → ")[1]),
    );
    const ports = new Set([...needed.map((each) => Number(each.split(":").at(-1))), 8899, 4001, 9092, 22]);
    const reachable = peers.flatMap((to) =>
      peers.flatMap((from) =>
        [...ports]
          .filter((port) => mayReach(policies, from, to, port))
          .map((port) => shown({ from: from.name, to: to.name, port })),
      ),
    );
    const outside = ["internet", "ingress", "monitoring", "keda"];
    const inside = reachable.filter((each) => {
      const [from = "", to = ""] = each.split(" → ");
      const isOwn = !outside.includes(to.split(":")[0] ?? "");
      return isOwn && (!open.has(to) || from === "internet");
    });
    expect([...inside].sort()).toEqual([...new Set(needed)].sort());
  });

  test("our pods open no connection to outside of the namespace", () => {
    const own = peers.filter(({ name }) =>
      workloadsOf(objects).some(({ metadata }) => metadata.name === name),
    );
    const internet = peers.find(({ name }) => name === "internet") as Peer;
    expect(own.filter((from) => mayReach(policies, from, internet, 443)).map(({ name }) => name)).toEqual([]);
    const dns: Peer = { name: "dns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } };
    expect(own.filter((from) => !mayReach(policies, from, dns, 53)).map(({ name }) => name)).toEqual([]);
  });

  test("Strimzi's pods reach the Kubernetes API and a registry of images", () => {
    const internet = peers.find(({ name }) => name === "internet") as Peer;
    const theirs = peers.filter(({ labels }) => "strimzi.io/cluster" in labels);
    expect(theirs).toHaveLength(3);
    expect(theirs.filter((from) => !mayReach(policies, from, internet, 443)).map(({ name }) => name)).toEqual(
      [],
    );
  });
});

test("the settings name as many ways as the compose file does", () => {
  const ways = connectionsOf(objectsOf("one-broker"), POSTGRES).map(shown);
  expect(ways).toEqual(
    expect.arrayContaining([
      "gateway → kafka:9092",
      "edge → gateway:1883",
      "edge → firmware-sim:4001",
      "audit → postgres:5432",
      "front-door → connect:8083",
    ]),
  );
  expect(new Set(ways.map((way) => way.split(" → ")[0])).size).toBe(
    Object.values(readCompose().services).filter(({ image }) => image?.startsWith("elevated:")).length - 2,
  );
});

describe("as Kubernetes decides", () => {
  const pod = (name: string, labels = {}): Peer => ({
    name,
    namespace: "elevated",
    labels: { name, ...labels },
  });
  const policy = (spec: unknown) =>
    [{ apiVersion: "", kind: "NetworkPolicy", metadata: { name: "x" }, spec }] as Parameters<
      typeof mayReach
    >[0];
  const [a, b] = [pod("a"), pod("b")];

  test("a pod that no policy selects is open", () => {
    expect(
      mayReach(policy({ podSelector: { matchLabels: { name: "a" } }, policyTypes: ["Ingress"] }), a, b, 1),
    ).toBe(true);
  });

  test("one that a policy without rules selects is closed", () => {
    expect(mayReach(policy({ podSelector: {}, policyTypes: ["Ingress"] }), a, b, 1)).toBe(false);
    expect(mayReach(policy({ podSelector: {}, policyTypes: ["Egress"] }), a, b, 1)).toBe(false);
  });

  test("a rule lets its peers at its ports in, and others not", () => {
    const rule = { from: [{ podSelector: { matchLabels: { name: "a" } } }], ports: [{ port: 1 }] };
    const policies = policy({ podSelector: {}, policyTypes: ["Ingress"], ingress: [rule] });
    expect([mayReach(policies, a, b, 1), mayReach(policies, a, b, 2), mayReach(policies, b, b, 1)]).toEqual([
      true,
      false,
      false,
    ]);
    const elsewhere = { ...a, namespace: "other" };
    expect(mayReach(policies, elsewhere, b, 1)).toBe(false);
  });
});
