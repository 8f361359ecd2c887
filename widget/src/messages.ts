/** What the gateway sends, as docs/api.md says. */

export type Kind =
  | "answer" | "emergency" | "crisis" | "personal_advice" | "human_handoff" | "intake"
  | "not_covered" | "out_of_scope" | "chitchat" | "clarify" | "notice" | "error";

/** What a question of the intake form asks for. */
export type Asks =
  | "name" | "contact" | "known_contact" | "best_time" | "reason" | "confirm" | "consent";

export interface Reference {
  readonly citation: string;
  readonly pmid: string;
}

export interface Source {
  readonly section: string;
  readonly url: string;
  readonly reviewed_by: string;
  /** ISO date. */
  readonly reviewed_on: string;
  readonly references: readonly Reference[];
}

export interface Button {
  readonly id: string;
  readonly title: string;
}

/** A button that can be pressed now; `language` is that of the message which offers it. */
export interface OpenButton extends Button {
  readonly language: string | null;
}

export interface Message {
  readonly id: string;
  readonly kind: Kind;
  readonly page: string | null;
  readonly topic: string | null;
  readonly text: string;
  readonly disclaimer: string | null;
  readonly source: Source | null;
  readonly buttons: readonly Button[] | null;
  readonly asks: Asks | null;
  /** It says what was wrong with the patient's last entry. */
  readonly problem: boolean;
  readonly from: "assistant" | "person";
  readonly name: string | null;
  /** ISO 639-1; null: that of the clinic's pages. */
  readonly language: string | null;
  /** What the patient said of it before; null: nothing. */
  readonly helpful: boolean | null;
}

/** What the patient wrote, in a history. */
export interface PatientRecord {
  readonly role: "patient";
  readonly id: string;
  readonly text: string;
  /** False while the answer is still being made. */
  readonly answered: boolean;
}

export type HistoryRecord = PatientRecord | (Message & { readonly role: "assistant" | "person" });

export interface OpenedSession {
  readonly token: string;
  readonly messages: readonly Message[];
}

export interface News {
  readonly messages: readonly Message[];
  readonly person: { readonly name: string } | null;
  readonly again_seconds: number;
}

export type Outgoing = { readonly text: string } | { readonly button_id: string };

export interface Opinion {
  readonly message_id: string;
  readonly helpful: boolean;
  readonly comment: string | null;
}

/** A reply to danger: it is shown as such, and leaves open what was asked before. */
export function isDanger(message: Message): boolean {
  return message.kind === "emergency" || message.kind === "crisis";
}
