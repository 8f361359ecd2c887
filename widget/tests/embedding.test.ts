import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { ClinicChat } from "../src/clinic-chat";
import { embed } from "../src/embedding";
import { configuration } from "./fixtures";

beforeAll(() => {
  ClinicChat.configuration = configuration();
  customElements.define("clinic-chat", ClinicChat);
});

afterEach(() => { document.body.replaceChildren(); });

test("a script puts one element on the page, with its data", () => {
  const script = document.createElement("script");
  Object.assign(script.dataset, { server: "https://other.example", lang: "es", page: "other", theme: "dark" });
  embed(script);
  embed(script);
  const found = [...document.querySelectorAll("clinic-chat")];
  expect(found).toHaveLength(1);
  expect(["server", "lang", "page", "theme"].map((name) => found[0]?.getAttribute(name)))
    .toEqual(["https://other.example", "es", "other", "dark"]);
});

test("an element that is there already is left alone", () => {
  const own = new ClinicChat();
  document.body.append(own);
  embed(document.createElement("script"));
  expect([...document.querySelectorAll("clinic-chat")]).toEqual([own]);
});

test("its attributes can be changed", async () => {
  const chat = new ClinicChat();
  document.body.append(chat);
  chat.setAttribute("lang", "es");
  chat.setAttribute("theme", "dark");
  const root = (): Element | null | undefined => chat.shadowRoot?.querySelector(".root");
  await vi.waitFor(() => { expect(root()?.textContent).toContain("Haga una pregunta"); });
  expect(root()?.getAttribute("data-theme")).toBe("dark");
});
