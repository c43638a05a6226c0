import { PYTHON, pythonFunction, RUBY, rubyFunction } from "./wrappers.ts";

export type Language = "python" | "ruby";

interface Runtime {
  readonly title: string;
  /** Names it goes by, the first that is found is taken. */
  readonly programs: readonly string[];
  readonly flags: readonly string[];
  readonly functionOf: (code: string) => string;
  readonly install: string;
}

/** How code of other languages is run. */
export const RUNTIMES: Readonly<Record<Language, Runtime>> = {
  python: { title: "Python", programs: ["python3", "python"], flags: ["-X", "utf8", "-B", "-c", PYTHON], functionOf: pythonFunction, install: "Install Python 3 (https://www.python.org/downloads/)" },
  ruby: { title: "Ruby", programs: ["ruby"], flags: ["-E", "UTF-8", "-e", RUBY], functionOf: rubyFunction, install: "Install Ruby (https://www.ruby-lang.org/en/downloads/)" },
};

/** Programs that run a language, where it is said which (promptfoo's `PROMPTFOO_PYTHON` and `PROMPTFOO_RUBY`). */
export type InterpreterPaths = Partial<Readonly<Record<Language, string | undefined>>>;

/** The names that the interpreter of a language goes by. */
export function programsOf(language: Language, paths: InterpreterPaths = {}): readonly string[] {
  const own = paths[language];
  return own ? [own] : RUNTIMES[language].programs;
}

/** As promptfoo names them in the environment. */
export function interpretersOf(env: Readonly<Record<string, string | undefined>>): InterpreterPaths {
  return { python: env["PROMPTFOO_PYTHON"], ruby: env["PROMPTFOO_RUBY"] };
}
