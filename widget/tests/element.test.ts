import { describe, expect, test, vi } from "vitest";
import type { Message } from "../src/messages";
import { message, titled } from "./fixtures";
import { noConnection } from "./gateway";
import { all, ask, named, one, open, prepare, root, show, stage, text, write } from "./stage";

const FOCUSABLE = "a, button, input, textarea, summary, [tabindex]";
const HOSTILE = ["<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "<script>x</script>", "\u202eevil"];

prepare();

describe("closed", () => {
  test("there is one thing to focus, and nothing was asked for", async () => {
    await vi.waitFor(() => one(".launcher"));
    expect(all(FOCUSABLE)).toHaveLength(1);
    expect(stage.gateway.asked).toEqual([]);
  });

  test("again after Escape, with the focus back", async () => {
    await open();
    one("#entry").focus();
    one("#entry").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    await vi.waitFor(() => one(".launcher"));
    expect(all(FOCUSABLE)).toHaveLength(1);
    await vi.waitFor(() => { expect(root().activeElement).toBe(one(".launcher")); });
  });

  test("the page hears that it opens and closes, and nothing else", async () => {
    const heard: [string, unknown][] = [];
    for (const name of ["clinic-chat:open", "clinic-chat:close"]) {
      document.body.addEventListener(name, (event) => { heard.push([name, (event as CustomEvent).detail]); }, { once: true });
    }
    await open();
    stage.chat.close();
    expect(heard).toEqual([["clinic-chat:open", null], ["clinic-chat:close", null]]);
  });
});

describe("closed after a conversation", () => {
  async function seenAgain(): Promise<void> {
    stage.gateway.records.push({ ...message({ from: "person", name: "Dana", text: "Hello?" }), role: "person" });
    const asked = stage.gateway.calls("history").length;
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.waitFor(() => { expect(stage.gateway.calls("history").length).toBeGreaterThan(asked); });
  }

  test("the button counts what came since, until it is read", async () => {
    await open();
    await ask("aura?");
    stage.chat.close();
    await vi.waitFor(() => one(".launcher"));
    expect(all(".unread")).toEqual([]);
    for (const count of ["1 new", "2 new"]) {
      await seenAgain();
      await vi.waitFor(() => { expect(text(".launcher")).toBe(`Ask a question ${count}`); });
    }
    one(".launcher").click();
    await vi.waitFor(() => { expect(text(".log")).toContain("Hello?"); });
    stage.chat.close();
    await vi.waitFor(() => { expect(text(".launcher")).toBe("Ask a question"); });
  });
});

describe("open", () => {
  test("help, disclaimer and starters are there without the server", async () => {
    stage.gateway.failNext(/./, ...Array.from({ length: 9 }, () => noConnection));
    await vi.waitFor(() => one(".launcher"));
    stage.chat.open();
    await vi.waitFor(() => one(".panel"));
    const links = all(".pinned a").map((link) => link.getAttribute("href"));
    expect(links).toEqual(["tel:911", "tel:988", "sms:988", "tel:+15550100199"]);
    expect(text(".disclaimer")).toContain("not a substitute");
    expect(all(".starters button").map((button) => button.textContent)).toEqual(["What is aura?", "Who should I see?"]);
  });

  test("it is a dialog with a name that leaves the page usable, with one log and one status and alert", async () => {
    await open();
    expect(one("[role=dialog]").hasAttribute("aria-modal")).toBe(false);
    expect(text("#title")).toBe("Tovani assistant");
    for (const role of ["log", "status", "alert"]) expect(all(`[role=${role}]`)).toHaveLength(1);
    expect(all("[aria-live]")).toHaveLength(1);
    expect(one("[role=log]").getAttribute("aria-relevant")).toBe("additions");
  });

  test("the log goes live only after the history stands", async () => {
    await open();
    await ask("first", message({ text: "Answer one." }));
    stage.chat.remove();
    show("en");
    let release = (): void => undefined;
    stage.gateway.failNext(/history/, () => new Promise((done) => {
      release = () => { done(Response.json({ messages: stage.gateway.records })); };
    }));
    stage.chat.open();
    await vi.waitFor(() => one(".log"));
    const lives: (string | null)[] = [];
    new MutationObserver(() => { lives.push(one(".log").getAttribute("aria-live")); })
      .observe(one(".log"), { childList: true });
    release();
    await vi.waitFor(() => { expect(text(".log")).toContain("Answer one."); });
    expect(lives).toEqual(["off"]);
    await vi.waitFor(() => { expect(one("[role=log]").getAttribute("aria-live")).toBe("polite"); });
  });

  test("Enter sends; Shift, and a word still being composed, do not", async () => {
    await open();
    write("half");
    for (const init of [{ shiftKey: true }, { isComposing: true }]) {
      one("#entry").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, ...init }));
    }
    expect(stage.gateway.calls("message")).toEqual([]);
    await ask("whole");
    expect((one("#entry") as HTMLTextAreaElement).value).toBe("");
  });

  test("a text that is too long is not sent and not lost", async () => {
    await open();
    const long = "w".repeat(2_001);
    write(long);
    one("#entry").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    await vi.waitFor(() => { expect(text("[role=alert]")).toContain("2000"); });
    expect((one("#entry") as HTMLTextAreaElement).value).toBe(long);
    expect(stage.gateway.calls("message")).toEqual([]);
  });

  test.each(HOSTILE)("%j stays text, from both sides", async (hostile) => {
    await open();
    const source = { section: hostile, url: "javascript:alert(1)", reviewed_by: hostile, reviewed_on: "2026-05-31",
      references: [{ citation: hostile, pmid: "1/../2?x" }] };
    await ask(`${hostile} ?`, message({ text: `${hostile} end.`, disclaimer: hostile, source, buttons: titled(hostile) }));
    expect(all("img, script, b, iframe")).toEqual([]);
    expect(all(".log a").map((link) => link.getAttribute("href")))
      .toEqual(["https://pubmed.ncbi.nlm.nih.gov/1%2F..%2F2%3Fx/"]);
    expect(one(".log").textContent).not.toContain("\u202e");
  });
});

describe("an answer", () => {
  const answer = (): Message => message({
    text: "Aura comes first. Then pain.", page: "migraine", disclaimer: "Not advice.", buttons: titled("Tell me more", "Talk to a person"),
    source: { section: "Definition", url: "https://www.example.com/m", reviewed_by: "Dr. Soffer", reviewed_on: "2026-05-31",
      references: [{ citation: "Steiner 2024", pmid: "38876749" }] },
  });

  test("says what it rests on, in its own bubble", async () => {
    await open();
    await ask("aura?", answer());
    expect(text("summary")).toBe("Based on our migraine page (section Definition), reviewed by Dr. Soffer, on May 31, 2026.");
    expect(all(".source a").map((link) => link.getAttribute("href")))
      .toEqual(["https://www.example.com/m", "https://pubmed.ncbi.nlm.nih.gov/38876749/"]);
    expect(text(".bubble.answer .note")).toBe("Not advice.");
  });

  test("can be called helpful or not, and why", async () => {
    await open();
    const shown = answer();
    await ask("aura?", shown);
    named("No, this was not helpful").click();
    await vi.waitFor(() => one(".comment"));
    (one(".comment textarea") as HTMLTextAreaElement).value = " Too short ";
    one(".comment").dispatchEvent(new SubmitEvent("submit", { cancelable: true }));
    await vi.waitFor(() => { expect(all(".comment")).toEqual([]); });
    expect(stage.gateway.calls("feedback").map((call) => call.body)).toEqual([
      { message_id: shown.id, helpful: false, comment: null },
      { message_id: shown.id, helpful: false, comment: "Too short" },
    ]);
  });

  test("is left with a reply where the comment tells of a danger", async () => {
    await open();
    await ask("aura?", answer());
    stage.gateway.answers.set("I want to die", [message({ kind: "crisis", text: "Call 988." })]);
    named("Yes, this was helpful").click();
    await vi.waitFor(() => one(".comment"));
    const field = one(".comment textarea") as HTMLTextAreaElement;
    field.focus();
    field.value = "I want to die";
    one(".comment").dispatchEvent(new SubmitEvent("submit", { cancelable: true }));
    await vi.waitFor(() => { expect(text(".log")).toContain("Call 988."); });
    expect(all(".bubble").map((bubble) => bubble.className.trim()).slice(-2)).toEqual(["bubble mine sent", "bubble crisis"]);
    expect(all(".mine").at(-1)?.textContent).toContain("I want to die");
    expect(text(".log")).not.toContain("Thank you for telling us");
    expect(all(".comment")).toEqual([]);
    expect(text(".alert")).toContain("Call or text 988");
  });

  test("offers what follows; the way to a person has one place, and presses the open button", async () => {
    await open();
    stage.gateway.answers.set("b-Talk to a person", [message({ text: "Here is how." })]);
    await ask("aura?", answer());
    expect(all(".choices button").map((button) => button.textContent)).toEqual(["Tell me more"]);
    named("Talk to a person").click();
    await vi.waitFor(() => { expect(text(".log")).toContain("Here is how."); });
    expect(stage.gateway.calls("message").at(-1)?.body).toEqual({ button_id: "b-Talk to a person" });
  });

  test("without an open button the way to a person is asked for in words", async () => {
    await open();
    named("Talk to a person").click();
    await vi.waitFor(() => { expect(stage.gateway.calls("message")).toHaveLength(1); });
    expect(stage.gateway.calls("message")[0]?.body).toEqual({ text: "I want to talk to a person." });
  });
});

describe("danger", () => {
  const urgent = (): Message => message({ kind: "crisis", text: "Call 988 now. You matter." });

  test("has its banner, and takes the focus from an empty field", async () => {
    await open();
    one("#entry").focus();
    await vi.waitFor(() => { expect(one("[role=log]").getAttribute("aria-live")).toBe("polite"); });
    await ask("x", urgent());
    await vi.waitFor(() => { expect(root().activeElement?.className).toContain("crisis"); });
    expect(all("[role=alert] a").map((link) => link.getAttribute("href"))).toEqual(["tel:988", "sms:988"]);
    await ask("thanks", message({ text: "You are welcome." }));
    await vi.waitFor(() => { expect(all(".banner")).toEqual([]); });
  });

  test("leaves the focus to somebody who writes", async () => {
    await open();
    await vi.waitFor(() => { expect(one("[role=log]").getAttribute("aria-live")).toBe("polite"); });
    stage.gateway.answers.set("x", [urgent()]);
    write("x");
    one("#entry").focus();
    one("#entry").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    write("and more");
    await vi.waitFor(() => one(".banner"));
    expect(root().activeElement?.id).toBe("entry");
    expect((one("#entry") as HTMLTextAreaElement).value).toBe("and more");
  });
});

describe("the form", () => {
  test("what was wrong is tied to the field, with what was written to correct it", async () => {
    await open();
    await ask("person", message({ kind: "intake", asks: "contact", text: "Which phone?" }));
    const entry = one("#entry") as HTMLInputElement;
    expect([entry.type, entry.autocomplete, entry.hasAttribute("aria-invalid")]).toEqual(["tel", "tel", false]);
    const problem = message({ kind: "intake", asks: "contact", problem: true, text: "Too short." });
    await ask("a@b", problem);
    await vi.waitFor(() => { expect(one("#entry").getAttribute("aria-invalid")).toBe("true"); });
    const ids = one("#entry").getAttribute("aria-describedby")?.split(" ") ?? [];
    expect(ids.map((id) => root().getElementById(id)?.textContent.replace(/\s+/g, " ").trim()).join(" ")).toContain("Too short.");
    expect((one("#entry") as HTMLInputElement).value).toBe("a@b");
    expect((one("#entry") as HTMLInputElement).type).toBe("email");
  });

  test("the read-back is a list, and no second button says Send", async () => {
    await open();
    await ask("person", message({
      kind: "intake", asks: "confirm", text: "I will send:\nFirst name: Anna\nPhone: 555\nIs this right?", buttons: titled("Send", "Cancel"),
    }));
    expect(all(".read-back dt").map((label) => label.textContent)).toEqual(["First name", "Phone"]);
    expect(all(".read-back dd").map((value) => value.textContent)).toEqual(["Anna", "555"]);
    expect(all("button").filter((button) => button.textContent === "Send")).toHaveLength(1);
  });
});
