import { parseYaml, type Path, type YamlDocument } from "../../config/yaml.ts";
import type { Location, Position, Problem, Range } from "../../problem.ts";

const NONE: readonly Problem[] = [];

/**
 * A line of a file as a document of its own, whose positions are those of the file. Of many lines little is kept: the
 * line is cut out of the file's text, and read, when somebody asks where something stands.
 */
export class LineDocument implements YamlDocument {
  readonly file: string;
  private readonly lines: string;
  private readonly line: number;
  private readonly start: number;
  private readonly end: number;

  /** @param start offset of the line in the file's text; `end`: of what comes after it. */
  constructor(file: string, lines: string, line: number, start: number, end: number) {
    this.file = file;
    this.lines = lines;
    this.line = line;
    this.start = start;
    this.end = end;
  }

  get text(): string {
    return this.lines.slice(this.start, this.end).replace(/[\r\n]+$/, "");
  }

  get value(): unknown {
    return JSON.parse(this.text);
  }

  get problems(): readonly Problem[] {
    return NONE;
  }

  locate(path: Path, part?: "value" | "key"): Range {
    const { start, end } = parseYaml(this.file, this.text).locate(path, part);
    return { start: this.moved(start), end: this.moved(end) };
  }

  whole(): Location {
    return { file: this.file, range: { start: { line: this.line, character: 0 }, end: { line: this.line, character: this.text.length } } };
  }

  private moved({ line, character }: Position): Position {
    return { line: line + this.line, character };
  }
}
