import { expect, test } from "vitest";
import { brokerLogin, workerKafkaLogin } from "./kafka-login.ts";
import { brokerSettings } from "./kafka-settings.ts";

test.each([[[1]], [[1, 2, 3]]])(
  "no listener of a broker is without a login, with controllers at %j",
  (controllerPorts) => {
    const broker = { dataFolder: "", node: 1, port: 9, controllerPorts, durable: false };
    const settings = { ...brokerSettings(broker), ...brokerLogin(brokerSettings(broker), "of-kafka") };
    const names = String(settings.listeners)
      .split(",")
      .map((listener) => listener.split(":")[0] ?? "");
    const protocols = Object.fromEntries(
      String(settings["listener.security.protocol.map"])
        .split(",")
        .map((pair) => pair.split(":")),
    ) as Record<string, string>;
    expect(names).toEqual(["SASL_PLAINTEXT", "CONTROLLER"]);
    for (const name of names) {
      expect(protocols[name]).toBe("SASL_PLAINTEXT");
      const jaas = String(
        settings[`listener.name.${name.toLowerCase()}.plain.sasl.jaas.config` as keyof typeof settings],
      );
      // One user only, and none that everybody knows.
      expect(jaas.match(/user_\w+="[^"]*"/g)).toEqual(['user_elevated="of-kafka"']);
    }
    expect(settings["advertised.listeners"]).toBe("SASL_PLAINTEXT://127.0.0.1:9");
    expect(settings["inter.broker.listener.name"]).toBe("SASL_PLAINTEXT");
  },
);

test("the worker's own clients log in, and those of its connectors", () => {
  const names = Object.keys(workerKafkaLogin("of-kafka"));
  for (const prefix of ["", "producer.", "consumer.", "admin."])
    for (const name of ["security.protocol", "sasl.mechanism", "sasl.jaas.config"])
      expect(names).toContain(prefix + name);
});
