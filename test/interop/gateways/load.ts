import http from "node:http";
import type { AddressInfo } from "node:net";

/** A version of a service: answers some requests with 500, and says in each answer which it is. */
export class Version {
  rate = 0;
  private readonly server = http.createServer((incoming, outgoing) => {
    incoming.resume();
    outgoing.writeHead(Math.random() < this.rate ? 500 : 200, { "x-version": this.name, "content-length": "2" }).end("ok");
  });
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

export interface Answered {
  /** By the sender's clock. */
  readonly at: number;
  /** `undefined`: nobody answered, or the gateway itself did. */
  readonly version: string | undefined;
}

/** Clients that send so many requests a second through a gateway, and keep what became of each. */
export class Load {
  readonly answered: Answered[] = [];
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 50 });
  private timer: NodeJS.Timeout | undefined;
  private inFlight = 0;

  constructor(port: number, perSecond: number) {
    let due = performance.now();
    const next = () => {
      for (const now = performance.now(); due <= now; due += 1000 / perSecond) this.send(port);
      this.timer = setTimeout(next, Math.max(1, due - performance.now()));
    };
    next();
  }

  /** Ends, and waits for what is under way. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    while (this.inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    this.agent.destroy();
  }

  between(from: number, to: number): { readonly all: number; readonly canary: number; readonly lost: number } {
    const those = this.answered.filter(({ at }) => at >= from && at < to);
    return { all: those.length, canary: those.filter(({ version }) => version === "canary").length, lost: those.filter(({ version }) => version === undefined).length };
  }

  private send(port: number): void {
    const at = Date.now();
    this.inFlight++;
    const done = (version: string | undefined) => {
      this.inFlight--;
      this.answered.push({ at, version });
    };
    const request = http.request({ port, host: "127.0.0.1", agent: this.agent, timeout: 10_000 }, (answer) => {
      answer.resume().once("end", () => done(answer.headers["x-version"] as string | undefined));
    });
    request.once("timeout", () => request.destroy()).once("error", () => done(undefined)).end();
  }
}
