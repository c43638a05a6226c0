/** One evaluation in the child process. Everything in it is structured-cloned. */
export type Call =
  /** A function body of the parameters `output`, `context` and `process`. */
  | { readonly kind: "inline"; readonly body: string; readonly output: unknown; readonly context: unknown }
  /** A function that a file exports; `file` is absolute or relative to the child's folder. */
  | { readonly kind: "file"; readonly file: string; readonly name: string | undefined; readonly args: readonly unknown[]; /** What it exports may also be the result itself. */ readonly orValue?: boolean }
  /** A method of the only instance of a file's exported class, which is made with these options and then kept. */
  | { readonly kind: "method"; readonly file: string; readonly options: unknown; readonly method: string; readonly args: readonly unknown[] }
  /** A hook of the suite's: what it returns, else the context as it has left it. A name that the file does not export means its main export. */
  | { readonly kind: "hook"; readonly file: string; readonly name: string | undefined; readonly hook: string; /** The file is named for this hook alone, which then is told the context first. */ readonly only: boolean; readonly context: object }
  /** A prompt that is filled in with filters of the suite's own: name → file. The value is a `Rendered` without its messages. */
  | { readonly kind: "prompt"; readonly template: string; readonly vars: Readonly<Record<string, unknown>>; readonly env: Readonly<Record<string, string | undefined>>; readonly filters: Readonly<Record<string, string>> }
  /** `new RegExp(pattern).test(text)`: a pattern that backtracks without end can only be killed. */
  | { readonly kind: "regex"; readonly pattern: string; readonly text: string }
  /** What is wrong with a text as SQL, `undefined` when nothing is. */
  | { readonly kind: "sql"; readonly text: string; readonly rules: SqlRules };

export const SQL_DIALECTS = ["Athena", "BigQuery", "DB2", "FlinkSQL", "Hive", "MariaDB", "MySQL", "NoQL", "PostgresQL", "Redshift", "Snowflake", "Sqlite", "TransactSQL", "Trino"] as const;

export interface SqlRules {
  readonly dialect: (typeof SQL_DIALECTS)[number];
  /** Patterns of node-sql-parser's, such as `select::null::orders`; `undefined`: any. */
  readonly tables: readonly string[] | undefined;
  readonly columns: readonly string[] | undefined;
}

/** `load`: the code could not be compiled or found. `run`: it threw. `return`: its result cannot be passed on. */
export type Outcome = { readonly value: unknown } | { readonly failed: "load" | "run" | "return"; readonly message: string };

export type ToChild = readonly { readonly id: number; readonly call: Call }[];

/** `ready`, once; then the outcomes of a part of the batch, in any number of messages. */
export type FromChild = "ready" | readonly { readonly id: number; readonly outcome: Outcome }[];
