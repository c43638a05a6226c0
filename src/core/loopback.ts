import { once } from "node:events";
import type { IncomingHttpHeaders, Server } from "node:http";
import type { AddressInfo } from "node:net";

export const LOOPBACK = "127.0.0.1";
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** A server that only this machine reaches. */
export interface LocalServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** Ends connections, too. */
  close(): Promise<void>;
}

/** @param port 0: any that is free. @throws when the port cannot be had. */
export async function listenLocally(server: Server, port: number): Promise<LocalServer> {
  server.listen(port, LOOPBACK);
  await once(server, "listening");
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Pages of other origins, which a browser on this machine shows, have no business here; nor has a name that was made to point here. */
export function isForeign({ host, origin }: IncomingHttpHeaders): boolean {
  const isLocalOrigin = origin === undefined || (URL.canParse(origin) && LOCAL.test(new URL(origin).host));
  return host === undefined || !LOCAL.test(host) || !isLocalOrigin;
}
