import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { listModels } from "../../../src/editor/endpoints/discover.ts";

describe("a server on this machine", () => {
  let server: Server;
  let answer: RequestListener;
  let baseUrl: string;

  before(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it("is asked for its models", async () => {
    answer = (request, response) => response.end(request.url === "/v1/models" ? '{"data":[{"id":"llama3.2"},{"id":7},null,{"id":"qwen3"}]}' : "");
    assert.deepEqual(await listModels(baseUrl), ["llama3.2", "qwen3"]);
  });

  it("is none of ours when it says something else, or nothing", async () => {
    answer = (_request, response) => response.end("<html>");
    assert.equal(await listModels(baseUrl), undefined);
    answer = (_request, response) => response.writeHead(404).end('{"data":[]}');
    assert.equal(await listModels(baseUrl), undefined);
    answer = (_request, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    assert.equal(await listModels(baseUrl), undefined);
    answer = () => {};
    assert.equal(await listModels(baseUrl), undefined);
    assert.equal(await listModels("http://127.0.0.1:1/v1"), undefined);
  });
});
