import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Tabs, TokenStore } from "../src/session";

const open: Tabs[] = [];

function tab(token: string | null, server = "https://a.example", over = vi.fn()): Tabs {
  const made = new Tabs(server, () => token, over);
  open.push(made);
  return made;
}

beforeEach(() => { sessionStorage.clear(); });
afterEach(() => { for (const one of open.splice(0)) one.close(); });

test("another tab of the same server tells its token", async () => {
  tab(null);
  tab("other", "https://b.example");
  tab("mine");
  expect(await tab(null).ask()).toBe("mine");
});

test("where no tab has a token there is none", async () => {
  tab(null);
  expect(await tab(null).ask()).toBeNull();
});

test("without a channel there is none either", async () => {
  vi.stubGlobal("BroadcastChannel", undefined);
  expect(await tab(null).ask()).toBeNull();
  vi.unstubAllGlobals();
});

test("tabs of a deleted conversation hear of it, and no others", async () => {
  const over = vi.fn();
  const others = vi.fn();
  tab("mine", "https://a.example", over);
  tab("another", "https://a.example", others);
  tab("mine", "https://b.example", others);
  tab("mine").tellOver("mine");
  await vi.waitFor(() => { expect(over).toHaveBeenCalledOnce(); });
  expect(others).not.toHaveBeenCalled();
});

test("the token lasts with the page where storage is forbidden", () => {
  const forbidden = (): never => { throw new DOMException("no", "SecurityError"); };
  vi.stubGlobal("sessionStorage", { getItem: forbidden, setItem: forbidden, removeItem: forbidden });
  const store = new TokenStore();
  store.set("token");
  expect(store.get()).toBe("token");
  store.set(null);
  expect(store.get()).toBeNull();
  vi.unstubAllGlobals();
});
