import { z } from "zod";
import { accessSettings } from "../../runtime/http/access-settings.ts";
import { registrySettings } from "../../runtime/security/http.ts";
import { kafkaSettings } from "../../runtime/security/kafka.ts";
import { port } from "../../runtime/service/config.ts";
import { defaultPort } from "../../runtime/service/endpoints.ts";

export const proxySettings = z.object({
  ...kafkaSettings,
  ...registrySettings,
  REST_PROXY_PORT: port
    .default(defaultPort("REST_PROXY_URL"))
    .describe("Where to listen; 0 takes any free port."),
  REST_PROXY_HOST: z
    .string()
    .default("127.0.0.1")
    .describe("The address to listen on; 0.0.0.0 for everybody."),
  REST_PROXY_MAX_BODY: z.coerce
    .number({ error: "give a number of bytes" })
    .int("give a whole number of bytes")
    .min(1024, "a body of less than 1024 bytes holds no batch")
    .max(256 * 1024 * 1024, "bodies are held in memory: 256 MiB at most")
    .default(8 * 1024 * 1024)
    .describe("Bytes of a request's body, at most."),
  ...accessSettings,
});
