import type { StoryHop, StoryHopName, StoryWait } from "../../../../../schemas/page/story.ts";

/** What a hop does. The server says it in English. */
export const HOPS: Readonly<Record<StoryHopName, Pick<StoryHop, "title" | "what" | "promise">>> = {
  ring: {
    title: "El equipo cuenta",
    what: "Alguien pasa y el equipo escribe la entrada en su propia memoria, un anillo de 65,536 lugares. Solo entonces la entrada recibe su número.",
    promise: "El equipo la guarda hasta que otro la tiene en disco. Desenchúfelo: sigue contando.",
  },
  line: {
    title: "Por la línea serie",
    what: "El equipo envía la entrada como una trama, byte por byte, por un cable que puede perder o cambiar cualquiera de ellos. La envía de nuevo hasta que llega una respuesta.",
    promise: "Una trama dañada se reconoce por su suma de control y nunca se da por buena.",
  },
  disk: {
    title: "En el disco del agente",
    what: "El agente de la estación, una computadora pequeña, escribe la entrada en su disco y solo entonces responde al equipo con ACK. Ahora el equipo puede olvidarla.",
    promise: "ACK quiere decir: en disco. Una trama repetida se reconoce por su número y se guarda una vez.",
  },
  mqtt: {
    title: "Por MQTT a la pasarela",
    what: "El agente junta hasta 256 entradas en un mensaje (PUBLISH) y lo envía por la red. Las guarda hasta que la pasarela responde con PUBACK.",
    promise:
      "PUBACK sale solo cuando Kafka tiene el mensaje. ¿No hay respuesta? El agente lo envía de nuevo.",
  },
  raw: {
    title: "Un registro en Kafka: el tema en bruto",
    what: "Kafka es un diario: los registros solo se añaden al final, y cada uno tiene un lugar fijo, su offset. La pasarela añade el mensaje tal como llegó, con el id de su esquema delante.",
    promise:
      "Kafka lo confirmó (acks=all): está en el diario. Puede estar dos veces, si una respuesta se perdió en el camino.",
  },
  clean: {
    title: "Una vez: el tema limpio",
    what: "Un programa llamado dedup lee el diario en bruto y sabe qué números ha visto de cada equipo. Una entrada con número nuevo se vuelve un registro limpio; una ya vista se descarta.",
    promise: "Registro, memoria y posición se escriben en una transacción: los tres, o ninguno.",
  },
  sum: {
    title: "Sumada: una fila de ksql",
    what: "Una consulta en SQL cuenta los registros limpios de cada estación, una fila por estación. Esta es la primera fila que este servidor vio con la entrada dentro.",
    promise: "La fila dice hasta qué offset ha contado, así que nadie tiene que adivinar.",
  },
  proof: {
    title: "Comprobada, y en su pantalla",
    what: "Un auditor que no comparte código con los demás lee todo esto otra vez y compara cada número. El total que usted ve es entonces el número de personas que pasaron.",
    promise:
      "Si una entrada se perdiera o se contara dos veces, la página la nombraría, con los registros que lo muestran.",
  },
};

type Where = "ring" | "line" | "disk" | "clean" | "sum" | "proof";

const CALM: Readonly<Record<Where, string>> = {
  ring: "Aún no ha ocurrido: es una de las próximas entradas de este equipo.",
  line: "Está en la línea, y en la memoria del equipo hasta el ACK del agente.",
  disk: "Va camino a la pasarela. El agente la guarda hasta el PUBACK.",
  clean: "Está en el tema en bruto, y dedup la lee a continuación.",
  sum: "Está en el tema limpio, y la consulta la cuenta a continuación.",
  proof: "Está contada. El auditor aún no llega a ella.",
};

const FAULT: Readonly<Record<Where, string>> = {
  ...CALM,
  line: "Espera en la memoria del equipo: falla su línea, o el agente que la lee.",
  disk: "Espera en el disco del agente: falla la pasarela, Kafka o el propio agente.",
  clean: "Está en el tema en bruto: falla dedup o Kafka, y sigue desde allí.",
  sum: "Está en el tema limpio: falla ksql o Kafka, y sigue desde allí.",
  proof: "Está contada. El auditor no funciona, así que nadie la ha comprobado todavía.",
};

/** Why a reading is not further, by the hop that it has come to: the server says more, in English. */
export function waitWords({ words, fault }: StoryWait, hop: StoryHopName | undefined): string {
  if (hop === undefined) return words;
  const where: Where = hop === "mqtt" || hop === "raw" ? "disk" : hop;
  return (fault ? FAULT : CALM)[where];
}
