/** MQTT topics between agents and gateway: `cta/v1/{stationId}/…`. QoS 1, never retained. */
export type MqttTopic =
  | { readonly kind: "readings"; readonly stationId: number }
  | { readonly kind: "state"; readonly stationId: number; readonly subject: string }
  | { readonly kind: "refused"; readonly stationId: number };

export function readingsTopic(stationId: number): string {
  return `cta/v1/${stationId}/readings`;
}

export function deviceStateTopic(stationId: number, deviceId: string): string {
  return `cta/v1/${stationId}/${deviceId}/state`;
}

export function agentStateTopic(stationId: number): string {
  return `cta/v1/${stationId}/agent/state`;
}

export function refusedTopic(stationId: number): string {
  return `cta/v1/${stationId}/refused`;
}

const TOPIC = /^cta\/v1\/(\d{5})\/(?:(readings|refused)|([A-Za-z0-9-]{1,32})\/state)$/;

/** @returns undefined for a topic that is not one of ours. `subject` is a device id or `agent`. */
export function parseMqttTopic(topic: string): MqttTopic | undefined {
  const match = TOPIC.exec(topic);
  if (!match) return undefined;
  const stationId = Number(match[1]);
  if (match[3] !== undefined) return { kind: "state", stationId, subject: match[3] };
  return { kind: match[2] === "readings" ? "readings" : "refused", stationId };
}

/** Limits that must nest: an agent's batch < the gateway's packet < Kafka's record. Bytes. */
export const LIMITS = {
  /** The agent closes a batch here, or at 256 readings. */
  batchBytes: 48 * 1024,
  batchReadings: 256,
  /** The gateway refuses a larger MQTT payload. */
  payloadBytes: 256 * 1024,
  /** `max.message.bytes` of the raw topic. */
  recordBytes: 1024 * 1024,
  /** What a record of the raw topic costs beside its payload, at most: key, headers, framing. */
  recordOverheadBytes: 1024,
} as const;
