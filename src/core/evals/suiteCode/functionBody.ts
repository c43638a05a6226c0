/**
 * The function body that promptfoo makes of an inline script: several lines are taken as they are
 * and need a `return`; one line gets it, before its last expression when it begins with a declaration.
 *
 * @param code as rendered; trailing white space does not count as a second line.
 */
export function functionBody(code: string): string {
  const script = code.trimEnd();
  if (script.includes("\n")) return script;
  const line = script.trim().replace(/[;\s]+$/, "");
  if (!/^(?:const|let|var)\s/.test(line)) return `return ${line}`;
  const end = lastSemicolon(line);
  return end === -1 ? line : `${line.slice(0, end + 1)} return ${line.slice(end + 1).trim()}`;
}

/** Position of the last semicolon outside string literals, −1 for none. */
function lastSemicolon(line: string): number {
  let last = -1;
  for (const token of line.matchAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|;/g)) {
    if (token[0] === ";") last = token.index;
  }
  return last;
}
