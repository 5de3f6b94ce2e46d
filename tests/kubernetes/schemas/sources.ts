/** Where the schemas come from, by coordinates that ordinary package clients know. All three are under Apache-2.0. */
export const KUBERNETES = {
  module: "k8s.io/kubernetes",
  version: "v1.36.3",
  /** Under `api/openapi-spec/v3`: one document for each group and version. */
  documents: [
    "api__v1",
    "apis__apps__v1",
    "apis__autoscaling__v2",
    "apis__batch__v1",
    "apis__networking.k8s.io__v1",
    "apis__policy__v1",
  ],
  kinds: [
    "ConfigMap",
    "Deployment",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Job",
    "Namespace",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "Secret",
    "Service",
    "StatefulSet",
  ],
} as const;

export const STRIMZI = {
  group: "io.strimzi",
  version: "1.2.0",
  /** Java classes, of which Strimzi's own generator makes the definitions that it installs. */
  classes: [
    "kafka.Kafka",
    "nodepool.KafkaNodePool",
    "topic.KafkaTopic",
    "user.KafkaUser",
    "connect.KafkaConnect",
    "connector.KafkaConnector",
  ],
} as const;

export const KEDA = {
  module: "github.com/kedacore/keda/v2",
  version: "v2.20.2",
  /** Under `config/crd/bases`. */
  files: ["keda.sh_scaledobjects.yaml", "keda.sh_triggerauthentications.yaml"],
} as const;
