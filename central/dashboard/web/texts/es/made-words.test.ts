import { describe, expect, test } from "vitest";
import type { Incident } from "../../../../../schemas/page/incidents.ts";
import { LOST_READING } from "../../../../../schemas/testing/findings.ts";
import { proofView } from "../../../../../schemas/testing/proof-views.ts";
import { findingWords } from "./finding-words.ts";
import { incidentEnding, incidentTitle } from "./incident-words.ts";
import { proofReasons } from "./proof-reasons.ts";
import { waitWords } from "./story-hops.ts";

const SINCE = 1_000_000;
const incident = (more: Partial<Incident>): Incident =>
  ({
    ...{ kind: "device", severity: "minor", title: "in English", covers: ["device 40380-T1"], since: SINCE },
    ...{ backAt: null, endedAt: null, worst: null, lost: 0, ending: null },
    ...more,
  }) as Incident;
const nameOf = (id: number): string => ({ 40380: "Clark/Lake", 41660: "Lake" })[id] ?? String(id);

describe("an incident's title", () => {
  test.each<readonly [Partial<Incident>, string]>([
    [{}, "El torniquete 40380-T1 de Clark/Lake no da señal"],
    [{ covers: ["device 40380-blue-A1"] }, "El sensor 40380-blue-A1 de Clark/Lake no da señal"],
    [{ covers: ["device 40380-T1", "device 40380-T2"] }, "2 equipos de Clark/Lake sin señal"],
    [{ covers: ["device 40380-T1", "device 41660-T2"] }, "2 equipos de 2 estaciones sin señal"],
    [{ kind: "agent", covers: ["agent 41660"] }, "El agente de Lake no está conectado"],
    [{ kind: "agent", covers: ["agent 41660", "agent 40380"] }, "2 agentes sin conexión"],
    [
      { kind: "second-agent", covers: ["second-agent 40380 h:1"] },
      "Dos agentes quieren hablar por Clark/Lake",
    ],
    [{ kind: "hop", covers: ["hop mqtt"] }, "Lecturas detenidas entre agentes y pasarela"],
    [{ kind: "process", covers: ["process gateway"] }, "El proceso gateway terminó y se reinició"],
    [{ kind: "process", severity: "major", covers: ["process gateway"] }, "El proceso gateway falló"],
    [{ kind: "trial", covers: ["trial kill-kafka"] }, "Rómpalo: Kafka, matar el proceso"],
    [{ kind: "trial", covers: ["trial new-one"] }, "Rómpalo: in English"],
    [{ kind: "finding", covers: ["finding lost-1"] }, "in English"],
  ])("%o: %s", (more, title) => {
    expect(incidentTitle(incident(more), nameOf)).toBe(title);
  });
});

test("how an incident ended has its times, how many waited, and whether any was lost", () => {
  const ended = { backAt: SINCE + 20_000, endedAt: SINCE + 23_000 };
  expect(incidentEnding(incident({}))).toBeNull();
  expect(incidentEnding(incident({ ...ended, worst: { at: SINCE, waiting: 9 } }))).toBe(
    "Volvió la señal después de 20 s. Lo que estaba en espera llegó en 3 s: como máximo 9 lecturas. No se perdió nada.",
  );
  expect(incidentEnding(incident({ ...ended, lost: 1 }))).toMatch(/1 lectura se perdió\.$/);
  expect(incidentEnding(incident({ ...ended, lost: null }))).toMatch(/haya quedado en espera\.$/);
  expect(incidentEnding(incident({ ...ended, endedAt: SINCE + 700_000 }))).toMatch(/En 10 min no se vio/);
  expect(incidentEnding(incident({ ...ended, kind: "finding", ending: "Resolved by ops." }))).toBe(
    "Resolved by ops.",
  );
});

describe("why the proof does not hold", () => {
  const why = (more: Parameters<typeof proofView>[0]) =>
    proofReasons(proofView({ reasons: ["in English"], asOf: SINCE, ...more }), SINCE + 9_000);

  test("nothing, where it holds", () => {
    expect(proofReasons(proofView(), SINCE)).toEqual([]);
  });

  test("findings first, then what stands still, what is silent, what moves", () => {
    const findings = { ...proofView().findings, open: 2 };
    const oldest = { hop: "outbox", since: SINCE } as const;
    expect(why({ state: "broken", findings, stalledAt: ["dedup"], silent: 1, oldest })).toEqual([
      "El auditor encontró 2 fallos sin resolver.",
      "Hay lecturas en espera antes de dedup y nada avanza allí.",
      "Donde no hay señal puede haber lecturas en espera.",
      "Hay lecturas en espera en los discos de los agentes, la más antigua desde hace 9 s.",
    ]);
  });

  test("a silent auditor, and figures that say nothing", () => {
    expect(why({ state: "stalled", stale: true })).toEqual(["El auditor no dice nada desde hace 9 s."]);
    expect(why({ state: "catching-up", asOf: null })).toEqual(["El auditor aún no ha dicho nada."]);
    expect(why({ state: "catching-up", oldest: null })).toEqual(["Las cuentas aún no coinciden."]);
  });
});

test("where a reading waits is said by its hop; a fault says what fails", () => {
  const wait = (fault: boolean) => ({ words: "in English", since: null, fault });
  expect(waitWords(wait(false), "mqtt")).toMatch(/^Va camino a la pasarela/);
  expect(waitWords(wait(true), "raw")).toMatch(/falla la pasarela, Kafka/);
  expect(waitWords(wait(true), undefined)).toBe("in English");
});

describe("a finding", () => {
  test.each<readonly [Partial<typeof LOST_READING>, string]>([
    [{}, "Torniquete 40380-T1: la lectura 51 se perdió entre el tema en bruto y el tema limpio."],
    [
      {
        readings: 11,
        ranges: [
          { from: 51, to: 60 },
          { from: 70, to: 70 },
        ],
        kind: "doubled",
        hop: "outbox",
      },
      "Torniquete 40380-T1: las lecturas 51–60, 70 están dos veces entre el agente y la pasarela.",
    ],
    [{ kind: "miscounted", readings: -1 }, "Estación 40380: la suma tiene 1 entrada de menos."],
    [
      { deviceId: null, kind: "unread", hop: "raw", readings: 2 },
      "2 registros: no se pudieron leer en el tema en bruto.",
    ],
  ])("%o: %s", (more, words) => expect(findingWords({ ...LOST_READING, ...more })).toBe(words));
});
