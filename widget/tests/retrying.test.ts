import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CallError } from "../src/api";
import { MOST_RETRIES, pauseBefore } from "../src/retrying";

describe("whether a call is made again", () => {
  test.each([
    ["no connection", new CallError(0, "unreachable"), [1_000, 2_000, 4_000]],
    ["a broken server", new CallError(500, "internal"), [1_000, 2_000, 4_000]],
    ["an unavailable server", new CallError(503, "unavailable"), [1_000, 2_000, 4_000]],
    ["a server that names a time", new CallError(503, "unavailable", 9), [9_000, 9_000, 9_000]],
    ["too many", new CallError(429, "too_many", 7), [7_000, 7_000, 7_000]],
    ["a busy conversation", new CallError(409, "conversation_busy", 2), [2_000, 2_000, 2_000]],
    ["a wait of minutes", new CallError(429, "too_many", 300), [null, null, null]],
    ["a key of another message", new CallError(409, "key_reused"), [null, null, null]],
    ["an ended session", new CallError(401, "session_over"), [null, null, null]],
    ["a text too long", new CallError(422, "text_too_long"), [null, null, null]],
  ])("%s", (_name, error, pauses) => {
    expect([0, 1, 2].map((retries) => pauseBefore(error, retries, 0))).toEqual(pauses);
    expect(pauseBefore(error, MOST_RETRIES, 0)).toBeNull();
  });

  test("never at once, never after more than a minute, never without end", () => {
    const status = fc.constantFrom(0, 401, 409, 422, 429, 500, 503);
    const wait = fc.option(fc.integer({ min: -5, max: 10_000 }));
    fc.assert(fc.property(status, wait, fc.nat(6), fc.double({ min: 0, max: 1, noNaN: true }),
      (code, seconds, retries, share) => {
        const ms = pauseBefore(new CallError(code, "x", seconds), retries, share);
        if (ms === null) return;
        expect(retries).toBeLessThan(MOST_RETRIES);
        expect(ms).toBeGreaterThanOrEqual(1_000);
        expect(ms).toBeLessThanOrEqual(60_000);
      }));
  });
});
