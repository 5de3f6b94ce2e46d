/** The end of `npm run gateway -- --help`. */
export const EXAMPLES = `
Examples:
  npm run gateway                          both, in one process
  npm run gateway -- --instances 3         three processes that share the ports; kill one, and the others serve on
  npm run gateway -- http --instances 3    only the vehicles' events
  npm run gateway -- credentials add 40380
  MQTT_PORT=1884 KAFKA_BROKERS=kafka-1:9092,kafka-2:9092 npm run gateway -- mqtt
  MQTT_TLS_CERT_FILE=gateway.pem MQTT_TLS_KEY_FILE=gateway.key npm run gateway -- mqtt
  mosquitto_sub -u observer -P "$(npm run -s gateway -- credentials show observer)" -t 'cta/v1/#' -F '%t %l'
  curl -i localhost:5001/events -H 'Content-Type: application/json' -d '{"vehicle_id": "V-1", "sequence": 1,
    "time": "2026-01-01T12:00:00Z", "lat": 41.88, "lon": -87.63, "speed": 30, "heading": 90, "battery": 80}'

Environment, mqtt:
  MQTT_HOST, MQTT_PORT             where agents connect; 127.0.0.1 and 1883 (off: only by TLS)
  MQTT_CREDENTIALS_FILE            passwords (hashes); not set: the home's, which npm start makes. Without any, and without
  MQTT_TLS_CLIENT_CA_FILE          the authority of agents' certificates (CN = station id), only this machine is served
  MQTT_TLS_PORT                    TLS, 8883, with MQTT_TLS_CERT_FILE and MQTT_TLS_KEY_FILE
  MQTT_WS_PORT, MQTT_WSS_PORT      MQTT over WebSocket, and over TLS too; off unless set
  MQTT_MAX_CONNECTIONS             8192
  MQTT_MAX_PAYLOAD                 bytes of one PUBLISH; 262144
  MQTT_MAX_IN_FLIGHT               unacknowledged PUBLISHes of one connection; 1024
  MQTT_CONNECT_MS                  how long a connection may be without a CONNECT; 10000
  GATEWAY_PATIENCE_MS              how long a PUBLISH waits for Kafka at most; 10000
  GATEWAY_MAX_WAITING_MB           what may wait for Kafka in all; 32

Environment, http:
  FLEET_HOST, FLEET_PORT           where vehicles post; 127.0.0.1 and 5001
  FLEET_API_KEYS_FILE              a line per vehicle: its id, the SHA-256 of its key; not set: any vehicle may send
  FLEET_PATIENCE_MS                the longest that a POST waits for Kafka; 10000
  FLEET_REQUEST_MS                 for a request to arrive whole; 10000
  FLEET_MAX_CONNECTIONS            8192
  FLEET_MAX_WAITING_MB             what may be on its way to Kafka in all; 32

Environment, both:
  GATEWAY_INSTANCES                as --instances
  PROBE_PORT                       /metrics, /healthz and /readyz; of several instances the parent's, which names theirs
  PROBE_HOST                       the address of that port; 127.0.0.1
  KAFKA_BROKERS, SCHEMA_REGISTRY_URL, TOPIC_PREFIX, LOG_LEVEL`;
