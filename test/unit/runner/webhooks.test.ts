import assert from "node:assert/strict";
import { endpoint, model, open, SUITE } from "./support.ts";

const HOOK = "https://hook.example";

/** Each case's output is sent to the address, which says that it passes. */
function hooked(value: string) {
  const sent: string[] = [];
  const { http } = model((asked) => {
    if (asked.url.startsWith(HOOK)) sent.push(asked.url);
    return asked.url.startsWith(HOOK) ? { status: 200, body: '{"pass": true}' } : "an output";
  });
  const suite = { prompts: ["Say {{n}}"], providers: ["echo"], tests: [{ vars: { n: 1, place: "hook.example" }, assert: [{ type: "webhook", value }] }] };
  return { sent, bench: open({ [SUITE]: JSON.stringify(suite) }, { http }) };
}

describe("webhooks in a run", () => {
  it("are asked, and the run says where outputs went", async () => {
    const { sent, bench } = hooked(`${HOOK}/judge`);
    const report = await (await bench).report();
    assert.deepEqual([report.verdict, report.origins, sent], ["passed", [HOOK], [`${HOOK}/judge`]]);
  });

  it("are sent nothing by a save before a person has once agreed", async () => {
    const { sent, bench } = hooked(`${HOOK}/judge`);
    await assert.rejects((await bench).report({ trigger: "save", mayCall: () => false }), { name: "ConsentNeeded", origins: [HOOK] });
    assert.deepEqual(sent, []);
    assert.equal((await (await bench).report({ trigger: "save", mayCall: (origin) => origin === HOOK })).verdict, "passed");
  });

  it("have the time that WEBHOOK_TIMEOUT says", async () => {
    const { origin } = await endpoint(() => undefined);
    const suite = { prompts: ["Say it"], providers: ["echo"], tests: [{ assert: [{ type: "webhook", value: origin }] }] };
    const bench = await open({ [SUITE]: JSON.stringify(suite) }, { env: { WEBHOOK_TIMEOUT: "50" } });
    assert.match(JSON.stringify((await bench.evaluate()).series), /did not answer: [^"]*0\.05 s/);
  });

  it("whose address is a template are refused when it is known, and named once they were called", async () => {
    const { sent, bench } = hooked("https://{{place}}/1");
    const refused = await (await bench).report({ trigger: "save", mayCall: () => false });
    assert.deepEqual([refused.verdict, sent], ["error", []]);
    assert.match(JSON.stringify(refused), /Nothing has been sent to https:\/\/hook\.example yet\. Choose Run once/);
    const run = await (await bench).report();
    assert.deepEqual([run.verdict, run.origins, sent], ["passed", [HOOK], [`${HOOK}/1`]]);
  });
});
