import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { type Overlay, renderedFile } from "./render.ts";

export type Labels = Readonly<Record<string, string>>;

/** An object of Kubernetes; what is in it depends on its kind. */
export interface Manifest<Spec = unknown> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly spec: Spec;
  /** Of a ConfigMap or a Secret. */
  readonly data?: Labels;
  readonly type?: string;
}

interface KeyReference {
  readonly name: string;
  readonly key: string;
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly configMapKeyRef?: KeyReference; readonly secretKeyRef?: KeyReference };
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string | number };
  readonly exec?: { readonly command: readonly string[] };
  readonly periodSeconds: number;
  readonly failureThreshold?: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly Variable[];
  readonly envFrom?: unknown;
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
  readonly resources?: {
    readonly requests?: { readonly cpu?: string; readonly memory?: string };
    readonly limits?: { readonly memory?: string };
  };
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}

export interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly sizeLimit?: string };
  readonly secret?: {
    readonly secretName: string;
    readonly items?: readonly { readonly key: string; readonly path: string }[];
  };
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly enableServiceLinks?: boolean;
  readonly automountServiceAccountToken?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly topologySpreadConstraints?: readonly { readonly topologyKey: string }[];
}

export interface WorkloadSpec {
  readonly replicas?: number;
  readonly strategy?: { readonly type: string };
  readonly selector?: { readonly matchLabels: Labels };
  readonly template: { readonly metadata: { readonly labels: Labels }; readonly spec: PodSpec };
  readonly volumeClaimTemplates?: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly accessModes: readonly string[];
      readonly resources: { readonly requests: { readonly storage: string } };
    };
  }[];
}

export interface ServiceSpec {
  readonly type?: string;
  readonly selector: Labels;
  readonly ports: readonly {
    readonly name: string;
    readonly port: number;
    readonly targetPort: string | number;
  }[];
}

export type Workload = Manifest<WorkloadSpec>;

const read = new Map<Overlay, readonly Manifest[]>();

/** Every object of an overlay, as kustomize makes it. */
export function objectsOf(overlay: Overlay): readonly Manifest[] {
  const objects = read.get(overlay) ?? objectsIn(readFileSync(renderedFile(overlay), "utf8"));
  read.set(overlay, objects);
  return objects;
}

export function objectsIn(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((each) => each.toJS() as Manifest);
}

export function ofKind<Spec>(
  objects: readonly Manifest[],
  ...kinds: readonly string[]
): readonly Manifest<Spec>[] {
  return objects.filter(({ kind }) => kinds.includes(kind)) as readonly Manifest<Spec>[];
}

/** Deployments, StatefulSets and Jobs. */
export function workloadsOf(objects: readonly Manifest[]): readonly Workload[] {
  return ofKind<WorkloadSpec>(objects, "Deployment", "StatefulSet", "Job");
}

/** Those that run our image. */
export function ownWorkloads(objects: readonly Manifest[]): readonly Workload[] {
  return workloadsOf(objects).filter((each) => mainContainer(each).name === "elevated");
}

export function podOf({ spec }: Workload): PodSpec {
  return spec.template.spec;
}

/** The one that does the work. */
export function mainContainer(workload: Workload): Container {
  const [container, ...others] = podOf(workload).containers;
  if (!container || others.length > 0) throw new Error(`${workload.metadata.name} has not one container`);
  return container;
}

/** A container's environment, with what its references lead to. A key that is not there is undefined. */
export function environmentOf(
  { env = [] }: Container,
  objects: readonly Manifest[],
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => {
      const { configMapKeyRef: map, secretKeyRef: secret } = valueFrom ?? {};
      const [kind, reference] = map ? ["ConfigMap", map] : ["Secret", secret];
      if (!reference) return [name, value];
      const holder = objects.find((each) => each.kind === kind && each.metadata.name === reference.name);
      return [name, holder?.data?.[reference.key]];
    }),
  );
}

/** `512Mi`, `2Gi`, in bytes. */
export function bytesOf(quantity = ""): number {
  const [, amount = "", unit = ""] = /^(\d+)(Ki|Mi|Gi)?$/.exec(quantity) ?? [];
  if (amount === "") throw new Error(`"${quantity}" is no size`);
  return Number(amount) * 1024 ** ["", "Ki", "Mi", "Gi"].indexOf(unit);
}
