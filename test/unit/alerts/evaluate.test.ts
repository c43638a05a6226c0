import assert from "node:assert/strict";
import { applyReadings } from "../../../src/core/alerts/evaluate.ts";
import type { Labels, Rule } from "../../../src/core/alerts/rule.ts";
import { claimBatch, settleBatch } from "../../../src/core/store/alerts/outbox.ts";
import { addSilence, alertStates, endSilence } from "../../../src/core/store/alerts/states.ts";
import { openStore } from "../../../src/core/store/open.ts";
import type { Store } from "../../../src/core/store/store.ts";
import { temporaryFolder } from "../store/support.ts";

const rule = (name: string, more: Partial<Rule> = {}): Rule => ({ name, metric: "error-rate", source: { kind: "traces", window: 300_000 }, above: 1, severity: "page", action: ["slack", "editor"], noData: "keep", ...more });

describe("alerts of a store", () => {
  let store: Store;
  beforeEach(async () => void (store = await openStore(temporaryFolder(), () => 0)));
  afterEach(() => store.close());
  const apply = (now: number, ...values: [Rule, number | undefined, Labels?][]) => applyReadings(store, values.map(([of, value, labels = {}]) => ({ rule: of, readings: [{ labels, value }] })), now).map(({ notice: { name, status, episode } }) => `${name} ${status} ${episode}`);
  const claim = (now: number) => claimBatch(store, now, 1000);
  const settle = (taken: NonNullable<ReturnType<typeof claimBatch>>, state: "sent" | "queued" | "dead", nextAt: number) => settleBatch(store, taken, { state, nextAt, reason: undefined }, nextAt);

  it("change together with what is to be sent of them, once a change", () => {
    assert.deepEqual(apply(1, [rule("a"), 2], [rule("b"), 2], [rule("c"), 0]), ["a firing 1", "b firing 1"]);
    assert.deepEqual(apply(2, [rule("a"), 3], [rule("b"), 3], [rule("c"), 0]), []);
    const batch = claim(3)!;
    assert.deepEqual([batch.action, batch.rows.length, batch.mayRepeat], ["slack", 2, false], "what changes at the same time goes out together; the editor looks into the store");
    assert.equal(claim(3), undefined, "another sender does not take it, too");
    settle(batch, "sent", 4);
    assert.deepEqual(apply(5, [rule("a"), 0], [rule("b"), 3], [rule("c"), 0]), ["a resolved 1"]);
    assert.deepEqual(claim(6)?.rows.map(({ transition }) => transition), ["resolved"]);
  });

  it("are told to be over only after they are told to fire, and again after a sender has died", () => {
    apply(1, [rule("a"), 2]);
    const first = claim(2)!;
    apply(3, [rule("a"), 0]);
    assert.equal(claim(4), undefined, "resolved waits");
    const again = claim(2000)!;
    assert.deepEqual([again.batch, again.mayRepeat, again.transition], [first.batch, true, "firing"]);
    settle(again, "queued", 5000);
    assert.equal(claim(4000), undefined);
    settle(claim(5000)!, "dead", 5000);
    assert.equal(claim(5001)?.transition, "resolved");
  });

  it("are one for each set of labels, and end with their rule", () => {
    assert.deepEqual(apply(1, [rule("a"), 2, { zone: "x" }], [rule("a"), 2, { zone: "y" }]), ["a firing 1", "a firing 1"]);
    assert.deepEqual(apply(2, [rule("a"), 2, { zone: "x" }]), [], "one that is not measured any more has no data");
    assert.deepEqual(apply(3, [rule("a", { noData: "ok" }), 2, { zone: "x" }]), ["a resolved 1"]);
    assert.deepEqual(apply(4), ["a resolved 1"]);
    assert.deepEqual(alertStates(store).map(({ state }) => state), ["inactive", "inactive"]);
    assert.deepEqual(applyReadings(store, [{ rule: rule("none", { noData: "alert" }), readings: [] }], 5).map(({ notice }) => notice.value), [undefined]);
  });

  it("are silent while a silence lasts, and then told if they still fire", () => {
    addSilence(store, { id: "s", matchers: { alertname: "a", team: "x" }, endsAt: 100, by: "me", comment: "" }, 0);
    const a = rule("a", { labels: { team: "x" } });
    const b = rule("b", { labels: { team: "x" } });
    apply(1, [a, 2], [b, 2]);
    assert.deepEqual(claim(2)?.rows.map(({ notice }) => (JSON.parse(notice) as { name: string }).name), ["b"]);
    apply(3, [a, 0], [b, 2]);
    assert.equal(claim(4), undefined, "of what came and went in silence nothing is said");
    apply(5, [a, 2], [b, 2]);
    assert.equal(claim(6), undefined);
    assert.equal(endSilence(store, "s", 7), true);
    apply(8, [a, 2], [b, 2]);
    assert.deepEqual(claim(9)?.rows.map(({ episode, transition }) => [episode, transition]), [[2, "firing"]]);
    assert.equal(endSilence(store, "s", 9), false);
  });

  it("are kept when nothing can be written of them, and all of it is taken back", () => {
    store.db.exec("CREATE TRIGGER full BEFORE INSERT ON alert_outbox BEGIN SELECT raise(abort, 'disk full'); END");
    assert.throws(() => apply(1, [rule("a"), 2]), /disk full/);
    assert.deepEqual(alertStates(store), []);
    store.db.exec("DROP TRIGGER full");
    assert.deepEqual(apply(2, [rule("a"), 2]), ["a firing 1"]);
  });
});
