/** A role, an empty text and usage are no token yet; a part of a text, a refusal, reasoning or a call is. */
const TOKEN = /"(?:content|text|response|refusal|reasoning|reasoning_content|thinking|arguments|partial_json|name)"\s*:\s*"(?!")/;

/** Finds when the first token of a stream of events, a line each, came, as its parts arrive. */
export class FirstToken {
  /** Milliseconds since the request was sent. */
  ms: number | undefined;
  private readonly decoder = new TextDecoder();
  private seen = "";

  note(part: Uint8Array, ms: number): void {
    if (this.ms !== undefined) return;
    this.seen += this.decoder.decode(part, { stream: true });
    if (TOKEN.test(this.seen)) this.ms = ms;
    // What is left of an event that has not ended may be the beginning of the token.
    else this.seen = this.seen.slice(this.seen.lastIndexOf("\n") + 1);
  }
}
