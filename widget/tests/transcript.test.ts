import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HistoryRecord, Message } from "../src/messages";
import {
  begunAnew, danger, merged, openTurn, replyEntry, withReplies,
  type Delivery, type DividerEntry, type Entry, type PatientEntry,
} from "../src/transcript";
import { message, titled } from "./fixtures";

let count = 0;

function said(text: string, delivery: Delivery = "sent", id: string | null = null): PatientEntry {
  count += 1;
  return { by: "patient", key: `k${count}`, id, text, delivery, body: { text } };
}

function record(text: string, id: string): HistoryRecord {
  return { role: "patient", id, text, answered: true };
}

function from(one: Message): HistoryRecord {
  return { ...one, role: "assistant" };
}

const divider: DividerEntry = { by: "divider", key: "d", text: "new_conversation" };
const keys = (entries: readonly Entry[]): string[] => entries.map((entry) => entry.key);

describe("a history", () => {
  test("keeps the keys of what is shown, so that nothing is announced twice", () => {
    const mine = said("It\u2019s  here");
    const reply = message();
    const result = merged([mine, replyEntry(reply)], [record("It's here", "p1"), from(reply)]);
    expect(keys(result)).toEqual([mine.key, reply.id]);
    expect(result[0]).toMatchObject({ id: "p1", delivery: "sent" });
  });

  test("brings what was said elsewhere, in its place", () => {
    const mine = said("second");
    const reply = message();
    const result = merged([mine, replyEntry(reply)],
      [record("first", "p1"), record("second", "p2"), from(reply), record("third", "p3")]);
    expect(keys(result)).toEqual(["p1", mine.key, reply.id, "p3"]);
  });

  test("shows that a message whose answer was lost did arrive", () => {
    const mine = said("hello", "failed");
    expect(merged([mine], [record("hello", "p1")])[0]).toMatchObject({ key: mine.key, delivery: "sent" });
  });

  test("matches each of two equal messages once", () => {
    const [one, two] = [said("yes"), said("yes", "sending")];
    expect(keys(merged([one, two], [record("yes", "p1")]))).toEqual([one.key, two.key]);
    expect(keys(merged([one, two], [record("yes", "p1"), record("yes", "p2")]))).toEqual([one.key, two.key]);
  });

  test("leaves unsent messages at the end", () => {
    const [unsent, reply] = [said("not sent", "failed"), message()];
    expect(keys(merged([unsent], [record("old", "p1"), from(reply)]))).toEqual(["p1", reply.id, unsent.key]);
  });

  test("leaves a reply to danger that the server could not keep, and what it answers", () => {
    const [greeting, mine, help] = [message(), said("help"), message({ kind: "crisis" })];
    const result = merged([replyEntry(greeting), mine, replyEntry(help)], [from(greeting)]);
    expect(keys(result)).toEqual([greeting.id, mine.key, help.id]);
  });

  test("leaves alone what is above the last divider", () => {
    const old = [said("old"), divider];
    expect(keys(merged([...old, said("new")], [record("new", "p1")])).slice(0, 2)).toEqual(keys(old));
  });

  test("has no entry twice, keeps its order, and changes nothing the second time", () => {
    const texts = fc.constantFrom("a", "b", "c");
    const local = fc.array(fc.tuple(texts, fc.constantFrom<Delivery>("sent", "sending", "again", "failed")));
    fc.assert(fc.property(local, fc.array(texts), (own, listed) => {
      const history = listed.map((text, place) => record(text, `p${place}`));
      const once = merged(own.map(([text, delivery]) => said(text, delivery)), history);
      expect(new Set(keys(once)).size).toBe(once.length);
      expect(once.flatMap((entry) => entry.by === "patient" && entry.id ? [entry.id] : []))
        .toEqual(history.map((one) => one.id));
      expect(merged(once, history)).toEqual(once);
    }));
  });
});

describe("what can be chosen", () => {
  const offer = message({ buttons: titled("Tell me more") });

  test("is of the latest turn", () => {
    expect(openTurn([replyEntry(offer), said("next"), replyEntry(message())]).buttons).toEqual([]);
    expect(openTurn([replyEntry(offer), said("next", "sending")]).buttons).toMatchObject(offer.buttons ?? []);
  });

  test("stays open behind a reply to danger, beside what that offers", () => {
    const urgent = message({ kind: "emergency", buttons: titled("Talk to a person") });
    const { buttons } = openTurn([replyEntry(offer), said("pain"), replyEntry(urgent)]);
    expect(buttons.map((button) => button.title)).toEqual(["Talk to a person", "Tell me more"]);
  });

  test("is nothing of a conversation that is over", () => {
    expect(openTurn([replyEntry(offer), divider]).buttons).toEqual([]);
  });

  test("a question of the form is open until it is answered, and behind danger", () => {
    const question = message({ kind: "intake", asks: "name", buttons: titled("Skip") });
    const urgent = replyEntry(message({ kind: "crisis" }));
    expect(openTurn([replyEntry(message()), replyEntry(question)]).question).toBe(question);
    expect(openTurn([replyEntry(question), said("x"), urgent]).question).toBe(question);
    expect(openTurn([replyEntry(question), said("Anna"), replyEntry(message())]).question).toBeNull();
  });

  test("names nothing twice", () => {
    const twice = message({ kind: "crisis", buttons: titled("Talk to a person") });
    const before = message({ buttons: titled("Talk to a person", "More") });
    const { buttons } = openTurn([replyEntry(before), said("x"), replyEntry(twice)]);
    expect(buttons.map((button) => button.title)).toEqual(["Talk to a person", "More"]);
  });
});

test("a message that is there already is not added", () => {
  const one = message();
  expect(withReplies([replyEntry(one)], [one])).toHaveLength(1);
});

test("a new conversation begins below the old one, with what was not sent, as text", () => {
  const pressed: PatientEntry = { ...said("Morning", "failed"), body: { button_id: "b" } };
  const sent = said("old");
  const result = begunAnew([pressed, sent], divider);
  expect(keys(result)).toEqual([sent.key, "d", pressed.key]);
  expect(result.at(-1)).toMatchObject({ body: { text: "Morning" } });
  expect(begunAnew([pressed], divider)).toEqual([pressed]);
});

test("danger is shown until something else is answered", () => {
  const urgent = replyEntry(message({ kind: "crisis" }));
  expect(danger([urgent, said("x")])).toBe(urgent.message);
  expect(danger([urgent, said("x"), replyEntry(message())])).toBeNull();
});
