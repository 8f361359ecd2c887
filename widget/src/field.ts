import type { Asks, Message } from "./messages";
import type { StringKeys } from "./strings";

export type ContactKind = "phone" | "email";

export type FieldLabel = StringKeys<
  "input" | "input_form" | "field_name" | "field_phone_label" | "field_email_label" | "field_reason"
>;

/** What the patient writes in: of one line or several, with the keyboard that fits. */
export interface Field {
  readonly lines: "one" | "several";
  readonly label: FieldLabel;
  readonly type: "text" | "tel" | "email";
  /** As HTML's autofill knows it. */
  readonly autocomplete: "given-name" | "tel" | "email" | "off";
  /** Phone or e-mail has to be chosen first. */
  readonly offersContactKinds: boolean;
  readonly question: Message | null;
}

const QUESTION = { lines: "several", type: "text", autocomplete: "off", offersContactKinds: false } as const;
const LINE = { ...QUESTION, lines: "one" } as const;

type Shape = Omit<Field, "question">;

/** The field for what the form asks for; null: nothing, the patient may ask. */
export function fieldFor(question: Message | null, contact: ContactKind): Field {
  return { ...shapeFor(question?.asks ?? null, contact), question };
}

function shapeFor(asks: Asks | null, contact: ContactKind): Shape {
  switch (asks) {
    case "name":
      return { ...LINE, label: "field_name", autocomplete: "given-name" };
    case "contact":
    case "known_contact":
      return contact === "phone"
        ? { ...LINE, label: "field_phone_label", type: "tel", autocomplete: "tel", offersContactKinds: true }
        : { ...LINE, label: "field_email_label", type: "email", autocomplete: "email", offersContactKinds: true };
    case "reason":
      return { ...QUESTION, label: "field_reason" };
    case "best_time":
    case "confirm":
    case "consent":
      return { ...QUESTION, label: "input_form" };
    default:
      return { ...QUESTION, label: "input" };
  }
}

/** What a text was meant as; null: it says neither. */
export function contactKindOf(text: string): ContactKind | null {
  if (text.includes("@")) return "email";
  return /\d{3}/.test(text) ? "phone" : null;
}

/** Characters, as a person counts them and the server does. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}
