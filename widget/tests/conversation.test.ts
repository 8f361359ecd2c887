import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench } from "./bench";
import { message, titled } from "./fixtures";
import { noConnection, refusal, silence } from "./gateway";

let bench: Bench;

beforeEach(() => { bench = new Bench(); });
afterEach(() => { bench.end(); });

describe("opening", () => {
  test("asks for nothing before, then greets and keeps the token in this tab only", async () => {
    expect(bench.gateway.asked).toEqual([]);
    await bench.open();
    expect(bench.said).toEqual(["Hello."]);
    expect(sessionStorage.getItem("clinic-chat-token")).toBe("token-1");
  });

  test("brings the history after a reload, and no second greeting", async () => {
    await bench.open();
    await bench.conversation.say("aura?");
    bench.reload();
    await bench.open();
    expect(bench.said).toEqual(["Hello.", "aura? (sent)", "Aura is\u2026"]);
    expect(bench.gateway.calls("session")).toHaveLength(1);
  });

  test("says that an earlier conversation has ended", async () => {
    sessionStorage.setItem("clinic-chat-token", "old");
    await bench.open();
    expect(bench.said).toEqual(["--ended_before", "Hello."]);
  });

  test("tries again, and then says that it cannot be reached", async () => {
    bench.gateway.failNext(/session/, noConnection, noConnection, noConnection, noConnection);
    void bench.conversation.open();
    await bench.after(5);
    expect(bench.conversation.state.activity).toEqual({ text: "opening" });
    await bench.after(5);
    expect(bench.conversation.state.trouble).toEqual({ text: "unreachable", retry: "open" });
    await bench.open();
    expect(bench.said).toEqual(["Hello."]);
    expect(bench.conversation.state.trouble).toBeNull();
  });

  test("a message written meanwhile is sent below the greeting", async () => {
    bench.gateway.failNext(/session/, noConnection);
    void bench.conversation.open();
    void bench.conversation.say("aura?");
    await bench.after(3);
    expect(bench.said).toEqual(["Hello.", "aura? (sent)", "Aura is\u2026"]);
    expect(bench.gateway.calls("session")).toHaveLength(2);
  });
});

describe("sending", () => {
  beforeEach(() => bench.open());

  test("shows the message at once and that it is worked on", async () => {
    bench.gateway.failNext(/message/, silence);
    void bench.conversation.say("aura?");
    await bench.after(0);
    expect(bench.said.at(-1)).toBe("aura? (sending)");
    expect(bench.conversation.state.activity).toEqual({ text: "working" });
    await bench.after(7);
    expect(bench.conversation.state.activity).toEqual({ text: "slow" });
  });

  test.each([
    ["no connection", noConnection], ["500", refusal(500, "internal")], ["503", refusal(503, "unavailable")],
  ])("after %s the same message goes again by itself, with the same key", async (_name, failure) => {
    bench.gateway.failNext(/message/, failure, failure, failure);
    void bench.conversation.say("aura?");
    await bench.after(0);
    expect(bench.conversation.state.activity).toEqual({ text: "again" });
    await bench.after(8);
    expect(bench.said.slice(1)).toEqual(["aura? (sent)", "Aura is\u2026"]);
    expect(new Set(bench.gateway.calls("message").map((call) => call.key)).size).toBe(1);
    expect(bench.gateway.calls("message")).toHaveLength(4);
  });

  test("an answer that does not come is given up after 15 seconds and asked for again", async () => {
    bench.gateway.failNext(/message/, silence);
    void bench.conversation.say("aura?");
    await bench.after(14);
    expect(bench.gateway.calls("message")).toHaveLength(1);
    await bench.after(3);
    expect(bench.said.at(-1)).toBe("Aura is\u2026");
  });

  test("then the message waits for its button, and goes as the same one", async () => {
    bench.gateway.failNext(/message/, ...Array.from({ length: 4 }, () => refusal(503, "unavailable")));
    void bench.conversation.say("aura?");
    await bench.after(10);
    expect(bench.said.at(-1)).toBe("aura? (failed)");
    expect(bench.conversation.state.trouble?.text).toBe("unreachable");
    const [failed] = bench.conversation.state.entries.slice(-1);
    await bench.conversation.retry(failed?.key ?? "");
    expect(bench.said.slice(-2)).toEqual(["aura? (sent)", "Aura is\u2026"]);
    expect(bench.conversation.state.trouble).toBeNull();
    expect(new Set(bench.gateway.calls("message").map((call) => call.key)).size).toBe(1);
  });

  test.each([[429, "too_many"], [409, "conversation_busy"]])(
    "a %i waits as long as it is asked to", async (status, code) => {
      bench.gateway.failNext(/message/, refusal(status, code, 9));
      void bench.conversation.say("aura?");
      await bench.after(8);
      expect(bench.conversation.state.activity).toEqual({ text: "again_soon", seconds: 9 });
      expect(bench.gateway.calls("message")).toHaveLength(1);
      await bench.after(2);
      expect(bench.said.at(-1)).toBe("Aura is\u2026");
    },
  );

  test("without a connection nothing is tried; with it everything is sent", async () => {
    bench.online = false;
    bench.gateway.failNext(/message/, noConnection, noConnection);
    await Promise.all([bench.conversation.say("aura?"), bench.conversation.say("more?")]);
    expect(bench.said.slice(1)).toEqual(["aura? (failed)", "more? (failed)"]);
    expect(bench.conversation.state.trouble?.text).toBe("offline");
    bench.online = true;
    bench.conversation.online();
    await bench.after(1);
    expect(bench.said).toContain("aura? (sent)");
    expect(bench.said).toContain("more? (sent)");
  });

  test("the end of the session is explained, and the next message begins a new one", async () => {
    bench.gateway.token = null;
    await bench.conversation.say("aura?");
    expect(bench.said.at(-1)).toBe("aura? (failed)");
    expect(bench.conversation.state.trouble?.text).toBe("session_over");
    expect(sessionStorage.getItem("clinic-chat-token")).toBeNull();
    const failed = bench.conversation.state.entries.at(-1);
    void bench.conversation.retry(failed?.key ?? "");
    await bench.after(1);
    expect(bench.said).toEqual(["Hello.", "--new_conversation", "Hello.", "aura? (sent)", "Aura is\u2026"]);
  });

  test("a text that the server finds too long goes back to who wrote it", async () => {
    bench.gateway.failNext(/message/, refusal(422, "text_too_long"));
    await bench.conversation.say("long");
    expect(bench.returned).toEqual(["long"]);
    expect(bench.said).toEqual(["Hello."]);
    expect(bench.conversation.state.trouble?.text).toBe("too_long");
  });

  test("a choice that is over is taken back", async () => {
    bench.gateway.failNext(/message/, refusal(422, "button_over"));
    await bench.conversation.press({ id: "b", title: "Morning" });
    expect(bench.said).toEqual(["Hello."]);
    expect(bench.conversation.state.trouble?.text).toBe("choice_over");
  });

  test("a button sends its id and shows its title", async () => {
    bench.gateway.answers.set("b-More", [message({ text: "More." })]);
    const [button] = titled("More");
    if (button) await bench.conversation.press(button);
    expect(bench.said.slice(1)).toEqual(["More (sent)", "More."]);
    expect(bench.gateway.calls("message")[0]?.body).toEqual({ button_id: "b-More" });
  });

  test("no answer while a person answers is said to be delivered", async () => {
    bench.gateway.answers.set("Mondays", []);
    await bench.conversation.say("Mondays");
    expect(bench.conversation.state.activity).toEqual({ text: "delivered" });
  });

  test("a message does not wait for one that hangs", async () => {
    bench.gateway.failNext(/message/, silence);
    bench.gateway.answers.set("help", [message({ kind: "crisis", text: "Call 988." })]);
    void bench.conversation.say("aura?");
    await bench.conversation.say("help");
    expect(bench.said.slice(1)).toEqual(["aura? (sending)", "help (sent)", "Call 988."]);
  });
});
