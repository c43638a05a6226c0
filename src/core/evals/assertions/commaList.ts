/**
 * The values of `contains-any: 'a, "b, c"'`. Fields are trimmed; quoted ones may hold commas, with
 * `""` or `\"` for a quote and `\\` for a backslash; empty unquoted fields are dropped.
 *
 * @throws {Error} for a quote that is not closed, or text after a closing one.
 */
export function parseCommaList(text: string): string[] {
  const field = /[\s,]*(?:"((?:[^"\\]|\\.|\\$|"")*)("?)|([^",\s][^,]*))/sy;
  const values: string[] = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (!match) break;
    const [, quoted, closing, plain] = match;
    if (plain !== undefined) values.push(plain.trim());
    else {
      if (!closing) throw new Error(`A quote in the list ${text.slice(at).trim()} is not closed.`);
      values.push(quoted!.replace(/""|\\(["\\])/g, (pair, escaped: string | undefined) => escaped ?? pair[0]!));
      const rest = /\s*(?:,|$)/y;
      rest.lastIndex = field.lastIndex;
      if (!rest.test(text)) throw new Error(`A comma is missing after the quoted text in the list ${text.slice(at).trim()}`);
    }
  }
  return values;
}
