import type { SqlType } from "./types.ts";

/** Where in the statement's text something stands: line and column from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";
export type ComparisonOperator =
  | "="
  | "<>"
  | "<"
  | "<="
  | ">"
  | ">="
  | "IS DISTINCT FROM"
  | "IS NOT DISTINCT FROM";

export type Expression =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "bigint"; readonly value: bigint }
  /** The digits as written: `5.0` is DECIMAL(2, 1). */
  | { readonly kind: "decimal"; readonly text: string }
  | { readonly kind: "double"; readonly value: number; readonly text: string }
  | { readonly kind: "string"; readonly value: string }
  /** `DAYS`, only as an argument of a function. */
  | { readonly kind: "interval-unit"; readonly ms: number }
  | {
      readonly kind: "column";
      readonly source?: string;
      readonly name: string;
      readonly position: TextPosition;
      /** What messages show in its place: it stands for an expression that was computed before. */
      readonly shown?: string;
    }
  | {
      readonly kind: "arithmetic";
      readonly op: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "negate"; readonly operand: Expression; readonly sign: "+" | "-" }
  | {
      readonly kind: "comparison";
      readonly op: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "logical";
      readonly op: "AND" | "OR";
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "not"; readonly operand: Expression }
  | { readonly kind: "is-null"; readonly operand: Expression; readonly negated: boolean }
  | {
      readonly kind: "between";
      readonly operand: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly negated: boolean;
    }
  | {
      readonly kind: "in";
      readonly operand: Expression;
      readonly list: readonly Expression[];
      readonly negated: boolean;
    }
  | {
      readonly kind: "like";
      readonly operand: Expression;
      readonly pattern: Expression;
      readonly escape?: string;
      readonly negated: boolean;
    }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly args: readonly Expression[] /** Written `F(*)`. */;
      readonly star?: true;
    }
  | { readonly kind: "cast"; readonly operand: Expression; readonly type: SqlType }
  | {
      readonly kind: "case";
      readonly operand?: Expression;
      readonly branches: readonly CaseBranch[];
      readonly otherwise?: Expression;
    };

export interface CaseBranch {
  readonly when: Expression;
  readonly result: Expression;
}

export type SelectItem =
  | { readonly kind: "star"; readonly source?: string }
  | { readonly kind: "expression"; readonly expression: Expression; readonly alias?: string };

export interface WindowClause {
  readonly type: "TUMBLING" | "HOPPING";
  /** Milliseconds. */
  readonly size: number;
  readonly advance: number;
  readonly grace?: number;
  readonly retention?: number;
  /** As written, for the statement's text. */
  readonly text: string;
}

export interface Query {
  readonly items: readonly SelectItem[];
  readonly from: { readonly name: string; readonly alias: string };
  readonly window?: WindowClause;
  readonly where?: Expression;
  readonly groupBy: readonly Expression[];
  readonly having?: Expression;
  readonly emit?: "CHANGES" | "FINAL";
  readonly limit?: number;
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: SqlType;
  readonly key: boolean;
  readonly primary: boolean;
  readonly position: TextPosition;
}

export type PropertyValue = string | number | boolean;
export type Properties = Readonly<Record<string, PropertyValue>>;

export type SourceKind = "STREAM" | "TABLE";

export type StatementBody =
  | {
      readonly kind: "create";
      readonly type: SourceKind;
      readonly name: string;
      readonly orReplace: boolean;
      readonly ifNotExists: boolean;
      readonly columns: readonly ColumnDefinition[];
      readonly properties: Properties;
      readonly query?: Query;
    }
  | { readonly kind: "select"; readonly query: Query }
  | {
      readonly kind: "insert-values";
      readonly target: string;
      readonly columns: readonly string[];
      readonly values: readonly Expression[];
    }
  | {
      readonly kind: "drop";
      readonly type: SourceKind;
      readonly name: string;
      readonly ifExists: boolean;
      readonly deleteTopic: boolean;
    }
  | { readonly kind: "terminate"; readonly queryId: string | "ALL" }
  | {
      readonly kind: "list";
      readonly what: "STREAMS" | "TABLES" | "QUERIES" | "TOPICS" | "PROPERTIES" | "FUNCTIONS";
      readonly extended: boolean;
      readonly all: boolean;
    }
  | { readonly kind: "describe"; readonly name: string; readonly extended: boolean }
  | { readonly kind: "explain"; readonly queryId?: string; readonly statement?: Statement }
  | { readonly kind: "set"; readonly property: string; readonly value: string }
  | { readonly kind: "unset"; readonly property: string }
  | { readonly kind: "define"; readonly variable: string; readonly value: string }
  | { readonly kind: "undefine"; readonly variable: string }
  | {
      readonly kind: "print";
      readonly topic: string;
      readonly fromBeginning: boolean;
      readonly interval: number;
      readonly limit?: number;
    };

export type Statement = StatementBody & {
  /** The statement as the user wrote it, up to and with its semicolon. */
  readonly text: string;
};
export type CreateStatement = Extract<Statement, { kind: "create" }>;
export type InsertStatement = Extract<Statement, { kind: "insert-values" }>;
