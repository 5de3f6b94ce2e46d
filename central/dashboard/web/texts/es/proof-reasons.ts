import type { AuditHop } from "../../../../../schemas/audit.ts";
import type { ProofView } from "../../../../../schemas/page/proof.ts";
import { count, span } from "./formats.ts";

const WHERE: Readonly<Record<AuditHop, string>> = {
  device: "en los equipos",
  outbox: "en los discos de los agentes",
  gateway: "en la pasarela",
  raw: "en el tema en bruto",
  dedup: "antes de dedup",
  "station-topic": "antes de los temas de las estaciones",
  summary: "antes de las sumas",
  table: "antes de la tabla de PostgreSQL",
};

/** Why the proof does not hold, the gravest first: made from its figures, for the server says its reasons in English. */
export function proofReasons(proof: ProofView, now: number): readonly string[] {
  const { state, stale, asOf, reasons, findings, stalledAt, silent, oldest } = proof;
  if (reasons.length === 0) return [];
  const found =
    findings.open > 0 ? [`El auditor encontró ${count(findings.open, "fallo", "fallos")} sin resolver.`] : [];
  if (asOf === null) return [...found, "El auditor aún no ha dicho nada."];
  if (stale) return [...found, `El auditor no dice nada desde hace ${span(now - asOf)}.`];
  const still = stalledAt.map((hop) => `Hay lecturas en espera ${WHERE[hop]} y nada avanza allí.`);
  const moving =
    oldest === null || stalledAt.includes(oldest.hop)
      ? []
      : [
          `Hay lecturas en espera ${WHERE[oldest.hop]}, la más antigua desde hace ${span(now - oldest.since)}.`,
        ];
  const quiet = silent > 0 ? ["Donde no hay señal puede haber lecturas en espera."] : [];
  const all = [...found, ...still, ...quiet, ...moving];
  return all.length > 0 || state === "holds" ? all : ["Las cuentas aún no coinciden."];
}
