import { z } from "zod";
import { API_SHAPES, type ApiShape } from "./api-shapes.ts";

interface Operation {
  readonly path: string;
  readonly summary: string;
  readonly answer: ApiShape;
  /** The path has a station's id in it, and answers 404 for one that is not there. */
  readonly station?: true;
}

/** Everything below `/api/v1` that answers data; the document and its test are made of it. */
export const OPERATIONS: readonly Operation[] = [
  { path: "/trains", summary: "Where each train was seen last.", answer: "Trains" },
  { path: "/stations", summary: "Every station with its entries and devices.", answer: "Stations" },
  {
    path: "/stations/{id}",
    summary: "One station: devices in detail, recent entries, last trains, one entry's way.",
    answer: "Station",
    station: true,
  },
  { path: "/vehicles", summary: "Where each vehicle was last.", answer: "Vehicles" },
  { path: "/weather", summary: "The last weather; null before the first.", answer: "Weather" },
  {
    path: "/proof",
    summary: "Is what the devices counted what is shown? null before the first look.",
    answer: "Proof",
  },
  {
    path: "/hops",
    summary: "Each hop of the last seconds: rate, delay, what waits before it.",
    answer: "Hops",
  },
];

/** `GET /api/v1/openapi.json`: OpenAPI 3.1, whose schemas are JSON Schema 2020-12. */
export function openApiDocument(version: string): Readonly<Record<string, unknown>> {
  const schemas = Object.fromEntries(
    Object.entries(API_SHAPES).map(([name, shape]) => {
      const { $schema: _, ...schema } = z.toJSONSchema(shape);
      return [name, schema];
    }),
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "Elevated",
      version,
      description: "Chicago's 'L' as it happens. Times are ISO 8601; null means no data, never zero.",
    },
    servers: [{ url: "/api/v1" }],
    paths: Object.fromEntries(OPERATIONS.map((operation) => [operation.path, { get: describe(operation) }])),
    components: { schemas },
  };
}

function describe({ path, summary, answer, station }: Operation): Readonly<Record<string, unknown>> {
  const json = (shape: ApiShape) => ({
    "application/json": { schema: { $ref: `#/components/schemas/${shape}` } },
  });
  return {
    operationId: `get${path.replace(/[^a-z]+(.)?/g, (_, next: string = "") => next.toUpperCase())}`,
    summary,
    ...(station
      ? {
          parameters: [
            { name: "id", in: "path", required: true, schema: { type: "integer" }, example: 40380 },
          ],
        }
      : {}),
    responses: {
      200: { description: "The present.", content: json(answer) },
      ...(station ? { 404: { description: "No such station.", content: json("Problem") } } : {}),
    },
  };
}
