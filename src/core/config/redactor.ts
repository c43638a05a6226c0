const SHORTEST = 6;
const MASK = "***";

/**
 * Masks secret values in whatever is written for people: logs, errors, diagnostics. Knows each value
 * also as JSON, URL-encoded and base64 text (the latter at any offset, as in `Basic` credentials).
 * Values of fewer than 6 characters are left: masking them would garble ordinary text.
 */
export class Redactor {
  #forms = new Set<string>();
  #pattern: RegExp | undefined;

  add(value: string): void {
    const before = this.#forms.size;
    for (const part of [value, value.trim(), ...value.split(/\r?\n/)]) {
      if (part.length >= SHORTEST) for (const form of formsOf(part)) this.#forms.add(form);
    }
    if (this.#forms.size === before) return;
    const longestFirst = [...this.#forms].sort((a, b) => b.length - a.length);
    this.#pattern = new RegExp(longestFirst.map((form) => form.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|"), "g");
  }

  redact(text: string): string {
    return this.#pattern ? text.replace(this.#pattern, MASK) : text;
  }

  /** For a text that comes in pieces: what may be the beginning of a secret is held back until the next one. */
  stream(): { push(piece: string): string; end(): string } {
    let held = "";
    return {
      push: (piece) => {
        const text = this.redact(held + piece);
        const keep = this.#openEnd(text);
        held = text.slice(text.length - keep);
        return text.slice(0, text.length - keep);
      },
      end: () => {
        const rest = held;
        held = "";
        return rest;
      },
    };
  }

  /** Length of the longest end of a text that a form begins with. */
  #openEnd(text: string): number {
    let longest = 0;
    for (const form of this.#forms) {
      for (let length = Math.min(form.length - 1, text.length); length > longest; length--) if (text.endsWith(form.slice(0, length))) longest = length;
    }
    return longest;
  }
}

function formsOf(value: string): string[] {
  const url = encodeURIComponent(value);
  const lowerHex = url.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  const forms = [value, JSON.stringify(value).slice(1, -1), url, lowerHex, new URLSearchParams([["", value]]).toString().slice(1)];
  for (const encoded of base64Forms(value)) forms.push(encoded, encoded.replaceAll("+", "-").replaceAll("/", "_"));
  return forms;
}

/** The characters of base64 that the value alone decides, for each of its three alignments in a longer text. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value, "utf8");
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
}
