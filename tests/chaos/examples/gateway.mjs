// A small gateway, as anybody might write it: MQTT in, Kafka out. It writes one batch after the other, and acknowledges
// each when Kafka has it. With --ack-first it acknowledges what it has merely received: presses are lost. With
// --side-by-side it writes several batches at once: one that is tried again comes behind a later one.
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { Aedes } from "aedes";
import avro from "avsc";
import { Kafka, logLevel } from "kafkajs";

const { KAFKA_BROKERS, MQTT_PORT, SCHEMA_REGISTRY_URL } = process.env;
const TOPIC = "org.chicago.cta.readings.raw";
const ackFirst = process.argv.includes("--ack-first");
const sideBySide = process.argv.includes("--side-by-side");

/** A schema of this project under a subject, and the header of its values: a zero and the schema's id. */
async function registered(subject, name) {
  const schema = await readFile(`schemas/avro/${name}.avsc`, "utf8");
  const answer = await fetch(`${SCHEMA_REGISTRY_URL}/subjects/${subject}/versions`, {
    method: "POST",
    headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
    body: JSON.stringify({ schema }),
  });
  const header = Buffer.alloc(5);
  header.writeInt32BE((await answer.json()).id, 1);
  return { header, type: avro.Type.forSchema(JSON.parse(schema)) };
}

const kafka = new Kafka({
  brokers: KAFKA_BROKERS.split(","),
  logLevel: logLevel.NOTHING,
  retry: { retries: 100 },
});
const producer = kafka.producer({ maxInFlightRequests: 1, idempotent: true });
await producer.connect();
const admin = kafka.admin();
await admin.connect();
const partitions = (await admin.fetchTopicMetadata({ topics: [TOPIC] })).topics[0].partitions.length;
const key = await registered(`${TOPIC}-key`, "station-id");
const value = await registered(`${TOPIC}-value`, "reading-batch");

/** A batch as it came, behind the registry's header instead of MQTT's own (two bytes and a fingerprint of eight). */
function write(stationId, payload) {
  const message = {
    // Station ids are multiples of ten.
    partition: Math.floor(stationId / 10) % partitions,
    key: Buffer.concat([key.header, key.type.toBuffer(stationId)]),
    value: Buffer.concat([value.header, payload.subarray(10)]),
    headers: { "gateway-time": String(Date.now()) },
  };
  return producer.send({ topic: TOPIC, messages: [message] });
}

let before = Promise.resolve();
const broker = await Aedes.createBroker({
  authorizePublish(_client, packet, done) {
    const [, station] = /^cta\/v1\/(\d+)\/readings$/.exec(packet.topic) ?? [];
    if (station === undefined) return done(null);
    if (ackFirst) done(null);
    const writing = (sideBySide ? Promise.resolve() : before).then(() =>
      write(Number(station), packet.payload),
    );
    before = writing;
    // What is not in Kafka is not acknowledged: the agents send it again.
    writing.then(() => ackFirst || done(null)).catch(() => process.exit(1));
  },
});
createServer(broker.handle).listen(Number(MQTT_PORT), "127.0.0.1");
