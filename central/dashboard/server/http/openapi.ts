import { z } from "zod";
import { API_SHAPES, type ApiShape } from "./api-shapes.ts";

interface Operation {
  readonly path: string;
  readonly summary: string;
  readonly answer: ApiShape;
  /** What stands in the path; it answers 404 for what is not there. */
  readonly parameters?: Readonly<
    Record<string, { readonly type: "integer" | "string"; readonly example: string | number }>
  >;
  /** What may stand behind the path; it answers 404 for a moment that Kafka does not hold. */
  readonly query?: Readonly<Record<string, QueryParameter>>;
}

interface QueryParameter {
  readonly type: "date-time" | "integer";
  readonly required: boolean;
  readonly description: string;
}

const AT = {
  at: {
    type: "date-time",
    required: false,
    description: "As it was at this moment, from Kafka's records; left out: now",
  },
} as const;

const STATION = { id: { type: "integer", example: 40380 } } as const;
const TRAIN = { id: { type: "string", example: "BL001" } } as const;
const FINDING = { id: { type: "string", example: "lost-dedup-40380-T1-1700000000-51" } } as const;
const INCIDENT = {
  id: { type: "string", example: "finding-lost-dedup-40380-T1-1700000000-51-20181016T130500Z" },
} as const;
const RECORD = {
  topic: { type: "string", example: "org.chicago.cta.turnstiles" },
  partition: { type: "integer", example: 0 },
  offset: { type: "integer", example: 0 },
} as const;

const STORY = { device: { type: "string", example: "40380-T1" } } as const;
const STORY_OF = {
  ...STORY,
  boot: { type: "integer", example: 1_700_000_000 },
  seq: { type: "integer", example: 1_200 },
} as const;

/** Everything below `/api/v1` that answers data; the document and its test are made of it. */
export const OPERATIONS: readonly Operation[] = [
  { path: "/trains", summary: "Where each train was seen last.", answer: "Trains", query: AT },
  {
    path: "/trains/{id}",
    summary: "One train: when its trip began, and the sensors that saw it last, newest first.",
    answer: "Train",
    query: AT,
    parameters: TRAIN,
  },
  {
    path: "/stations",
    summary: "Every station with its entries and devices.",
    answer: "Stations",
    query: AT,
  },
  {
    path: "/stations/{id}",
    summary: "One station: devices in detail, recent entries, last trains, one entry's way.",
    answer: "Station",
    query: AT,
    parameters: STATION,
  },
  { path: "/vehicles", summary: "Where each vehicle was last.", answer: "Vehicles", query: AT },
  { path: "/weather", summary: "The last weather; null before the first.", answer: "Weather", query: AT },
  {
    path: "/proof",
    summary: "The auditor's verdict: is every reading accounted for? null before the first look.",
    answer: "Proof",
    query: AT,
  },
  {
    path: "/proof/findings",
    summary: "What the auditor found: open, accounted for, resolved. Oldest first.",
    answer: "Findings",
  },
  {
    path: "/proof/findings/{id}",
    summary: "One finding, with the addresses of the records that show it.",
    answer: "Finding",
    parameters: FINDING,
  },
  {
    path: "/proof/records/{topic}/{partition}/{offset}",
    summary: "A record that shows a finding, decoded.",
    answer: "Record",
    parameters: RECORD,
  },
  {
    path: "/incidents",
    summary: "What began to need attention, newest first: what goes on, and the newest of what ended.",
    answer: "Incidents",
  },
  {
    path: "/incidents/{id}",
    summary: "One incident: how many waited, one reading's way, how it ended.",
    answer: "Incident",
    parameters: INCIDENT,
  },
  {
    path: "/hops",
    summary: "Each hop of the last seconds: rate, delay, what waits before it.",
    answer: "Hops",
    query: AT,
  },
  {
    path: "/history",
    summary: "From when on the past can be looked at, and what happened in it.",
    answer: "History",
  },
  {
    path: "/moments",
    summary: "The page as it was at a moment, and as it went on; for the page itself.",
    answer: "Moments",
    query: {
      at: { type: "date-time", required: true, description: "The first moment" },
      step: { type: "integer", required: false, description: "From one to the next, ms; 1000" },
      frames: { type: "integer", required: false, description: "How many follow, up to 120; 0" },
    },
  },
  {
    path: "/recount",
    summary: "An interval of at most 15 minutes, counted again from its records alone.",
    answer: "Recount",
    query: {
      from: { type: "date-time", required: true, description: "Its beginning" },
      to: { type: "date-time", required: true, description: "The first moment behind it" },
    },
  },
  {
    path: "/stories",
    summary: "Readings that came through a short while ago: one of each device, newest first.",
    answer: "Stories",
  },
  {
    path: "/stories/{device}",
    summary: "The reading that a device numbered last.",
    answer: "StoryRef",
    parameters: STORY,
  },
  {
    path: "/stories/{device}/{boot}/{seq}",
    summary: "One reading at every hop: when it was there, why it waits, and its bytes taken apart.",
    answer: "Story",
    parameters: STORY_OF,
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

function describe({
  path,
  summary,
  answer,
  parameters,
  query,
}: Operation): Readonly<Record<string, unknown>> {
  const json = (shape: ApiShape) => ({
    "application/json": { schema: { $ref: `#/components/schemas/${shape}` } },
  });
  return {
    operationId: `get${path.replace(/[^a-z]+(.)?/g, (_, next: string = "") => next.toUpperCase())}`,
    summary,
    ...(parameters || query ? { parameters: [...inPath(parameters), ...inQuery(query)] } : {}),
    responses: {
      200: { description: "The present.", content: json(answer) },
      ...(parameters || query ? { 404: { description: "There is none.", content: json("Problem") } } : {}),
    },
  };
}

function inPath(parameters: Operation["parameters"] = {}): readonly object[] {
  return Object.entries(parameters).map(([name, { type, example }]) => {
    return { name, in: "path", required: true, schema: { type }, example };
  });
}

function inQuery(query: Operation["query"] = {}): readonly object[] {
  return Object.entries(query).map(([name, { type, required, description }]) => {
    const schema = type === "integer" ? { type } : { type: "string", format: type };
    return { name, in: "query", required, description, schema };
  });
}
