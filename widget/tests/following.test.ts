import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench } from "./bench";
import { message } from "./fixtures";
import { refusal, silence } from "./gateway";

let bench: Bench;

beforeEach(() => { bench = new Bench(); });
afterEach(() => { bench.end(); });

describe("news", () => {
  beforeEach(() => bench.open());

  test("of a person are shown once, with who answers now", async () => {
    bench.gateway.person = "Dana";
    bench.gateway.news = [message({ from: "person", name: "Dana", text: "Hi." })];
    await bench.after(10);
    expect(bench.said).toEqual(["Hello.", "Hi."]);
    expect(bench.conversation.state.person).toBe("Dana");
  });

  test("are not asked for by a page that cannot be seen", async () => {
    bench.visible = false;
    await bench.after(10);
    const before = bench.gateway.calls("updates").length;
    await bench.after(60);
    expect(bench.gateway.calls("updates")).toHaveLength(before);
  });

  test("name the last message that came by itself", async () => {
    await bench.conversation.say("aura?");
    await bench.after(1);
    const greeting = bench.gateway.records[0]?.id ?? "";
    expect(bench.gateway.calls("updates").at(-1)?.path).toBe(`updates?after=${greeting}`);
  });

  test("wait half a minute after a failure", async () => {
    await bench.after(10);
    const before = bench.gateway.calls("updates").length;
    bench.gateway.failNext(/updates/, refusal(503, "unavailable"));
    await bench.after(5);
    expect(bench.gateway.calls("updates")).toHaveLength(before + 1);
    await bench.after(25);
    expect(bench.gateway.calls("updates")).toHaveLength(before + 1);
    await bench.after(10);
    expect(bench.gateway.calls("updates").length).toBeGreaterThan(before + 1);
  });
});

describe("a page that is seen again", () => {
  beforeEach(() => bench.open());

  test("shows what another tab said", async () => {
    bench.gateway.records.push({ role: "patient", id: "p9", text: "from there", answered: true });
    await bench.conversation.seen();
    expect(bench.said).toEqual(["Hello.", "from there (sent)"]);
  });

  test("waits for an answer that is still being made", async () => {
    bench.gateway.records.push({ role: "patient", id: "p9", text: "slow one", answered: false });
    await bench.conversation.seen();
    expect(bench.conversation.state.isWorking).toBe(true);
    bench.gateway.records.pop();
    bench.gateway.records.push({ role: "patient", id: "p9", text: "slow one", answered: true },
      { ...message({ text: "There." }), role: "assistant" });
    await bench.after(4);
    expect(bench.conversation.state.isWorking).toBe(false);
    expect(bench.said.at(-1)).toBe("There.");
  });
});

describe("deleting", () => {
  beforeEach(() => bench.open());

  test("revokes the token and shows nothing any more", async () => {
    await bench.conversation.say("aura?");
    await bench.conversation.clear();
    expect(bench.gateway.token).toBeNull();
    expect(bench.said).toEqual([]);
    expect(bench.conversation.state.activity).toEqual({ text: "cleared" });
    const asked = bench.gateway.asked.length;
    await bench.after(60);
    expect(bench.gateway.asked).toHaveLength(asked);
  });

  test("that fails says so and keeps everything", async () => {
    bench.gateway.failNext(/session/, refusal(503, "unavailable"));
    await bench.conversation.clear();
    expect(bench.conversation.state.trouble).toEqual({ text: "clear_failed", retry: "clear" });
    expect(bench.said).toEqual(["Hello."]);
  });

  test("an answer that comes after it is not shown", async () => {
    bench.gateway.failNext(/message/, silence);
    void bench.conversation.say("aura?");
    await bench.conversation.clear();
    await bench.after(30);
    expect(bench.said).toEqual([]);
  });

  test("the next message opens a new conversation", async () => {
    await bench.conversation.clear();
    void bench.conversation.say("aura?");
    await bench.after(1);
    expect(bench.said).toEqual(["Hello.", "aura? (sent)", "Aura is\u2026"]);
  });
});
