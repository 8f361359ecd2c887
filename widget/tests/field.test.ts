import { expect, test } from "vitest";
import { fieldFor, lengthOf } from "../src/field";
import type { Asks } from "../src/messages";
import { message } from "./fixtures";

test.each<[Asks | null, "phone" | "email", object]>([
  [null, "phone", { lines: "several", label: "input", autocomplete: "off" }],
  ["name", "phone", { lines: "one", label: "field_name", type: "text", autocomplete: "given-name" }],
  ["contact", "phone", { lines: "one", type: "tel", autocomplete: "tel", offersContactKinds: true }],
  ["contact", "email", { lines: "one", type: "email", autocomplete: "email", offersContactKinds: true }],
  ["known_contact", "phone", { lines: "one", type: "tel", offersContactKinds: true }],
  ["best_time", "phone", { lines: "several", label: "input_form" }],
  ["confirm", "phone", { lines: "several", label: "input_form" }],
  ["consent", "phone", { lines: "several", label: "input_form" }],
  ["reason", "phone", { lines: "several", label: "field_reason" }],
])("%s by %s has the field that fits", (asks, contact, field) => {
  const question = asks === null ? null : message({ kind: "intake", asks });
  expect(fieldFor(question, contact)).toMatchObject(field);
});

test("a question of a kind that is not known yet can be answered all the same", () => {
  const question = message({ asks: "shoe_size" as Asks });
  expect(fieldFor(question, "phone")).toMatchObject({ lines: "several", label: "input" });
});

test("characters are counted as the server does", () => {
  expect(lengthOf("a\u{1f600}\u00e9")).toBe(3);
});
