/** What has been said, and what follows from it. Pure functions on lists of entries. */
import {
  isDanger, type HistoryRecord, type Message, type OpenButton, type Outgoing, type PatientRecord,
} from "./messages";
import type { StringKeys } from "./strings";

/** `again`: on its way once more after a failure. */
export type Delivery = "sending" | "again" | "sent" | "failed";

export interface PatientEntry {
  readonly by: "patient";
  /** Tells entries of this page apart, also before the server knows them. */
  readonly key: string;
  /** The server's id, once a history told it. */
  readonly id: string | null;
  readonly text: string;
  readonly delivery: Delivery;
  /** What is sent, until it is. */
  readonly body: Outgoing;
}

export interface ReplyEntry {
  readonly by: "clinic";
  readonly key: string;
  readonly message: Message;
}

export type DividerText = StringKeys<"new_conversation" | "ended_before">;

/** A line between two conversations. */
export interface DividerEntry {
  readonly by: "divider";
  readonly key: string;
  readonly text: DividerText;
}

export type Entry = PatientEntry | ReplyEntry | DividerEntry;

export function replyEntry(message: Message): ReplyEntry {
  return { by: "clinic", key: message.id, message };
}

export function isUnsent(entry: Entry): entry is PatientEntry {
  return entry.by === "patient" && entry.delivery !== "sent";
}

/** `messages` behind `entries`, without what is there already. */
export function withReplies(entries: readonly Entry[], messages: readonly Message[]): Entry[] {
  const known = new Set(entries.map((entry) => entry.key));
  return [...entries, ...messages.filter((message) => !known.has(message.id)).map(replyEntry)];
}

/** A new conversation below the old one; what could not be sent goes on in it, as text. */
export function begunAnew(entries: readonly Entry[], divider: DividerEntry): Entry[] {
  const over = entries.filter((entry) => !isUnsent(entry));
  // The buttons of the conversation that is over cannot be pressed in another.
  const unsent = entries.filter(isUnsent).map((entry) => ({ ...entry, body: { text: entry.text } }));
  const isFirst = over.length === 0 && divider.text === "new_conversation";
  return isFirst ? [...entries] : [...over, divider, ...unsent];
}

/**
 * The server's history, with what only this page knows: unsent messages, and replies to danger that
 * a broken database could not keep. Entries that are known keep their keys, so that nothing is
 * announced twice. What stands above the last divider is of another conversation and stays.
 */
export function merged(entries: readonly Entry[], history: readonly HistoryRecord[]): Entry[] {
  const start = entries.findLastIndex((entry) => entry.by === "divider") + 1;
  const own = entries.slice(start);
  const unmatched = own.filter((entry) => entry.by === "patient");
  const result: Entry[] = history.map((record) => record.role === "patient"
    ? patientEntry(record, takeMatch(unmatched, record)) : replyEntry(record));
  const placed = new Set(result.map((entry) => entry.key));
  own.forEach((entry, place) => {
    if (placed.has(entry.key) || !isOnlyHere(entry, own[place + 1], placed)) return;
    const before = own.slice(0, place).findLast((other) => placed.has(other.key));
    const behind = isUnsent(entry) ? result.length
      : result.findIndex((other) => other.key === before?.key) + 1;
    result.splice(behind, 0, entry);
    placed.add(entry.key);
  });
  return [...entries.slice(0, start), ...result];
}

function takeMatch(unmatched: PatientEntry[], record: PatientRecord): PatientEntry | undefined {
  const place = unmatched.findIndex((entry) => entry.id === null
    ? spokenForm(entry.text) === spokenForm(record.text) : entry.id === record.id);
  return place < 0 ? undefined : unmatched.splice(place, 1)[0];
}

function patientEntry(record: PatientRecord, known: PatientEntry | undefined): PatientEntry {
  const { id, text } = record;
  return { by: "patient", key: known?.key ?? id, id, text, delivery: "sent", body: { text } };
}

/** Unsent, or a reply to danger that the server could not keep, or what that reply answers. */
function isOnlyHere(entry: Entry, next: Entry | undefined, placed: ReadonlySet<string>): boolean {
  if (entry.by === "clinic") return isDanger(entry.message);
  return isUnsent(entry)
    || (next?.by === "clinic" && isDanger(next.message) && !placed.has(next.key));
}

/** The server stores a text in its normal form, so only letters and digits are compared. */
function spokenForm(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}

/** What can be chosen now, and the question of the form that is open. */
export interface OpenTurn {
  readonly buttons: readonly OpenButton[];
  readonly question: Message | null;
}

/** Of the latest turn that offered something; a reply to danger leaves open what was asked before. */
export function openTurn(entries: readonly Entry[]): OpenTurn {
  const urgent: OpenButton[] = [];
  let answered = false;
  for (const entry of entries.toReversed()) {
    if (entry.by === "divider" || (entry.by === "patient" && answered)) break;
    if (entry.by === "patient") continue;
    const { message } = entry;
    const buttons = (message.buttons ?? []).map((one) => ({ ...one, language: message.language }));
    if (isDanger(message)) {
      urgent.push(...buttons);
    } else if (buttons.length > 0 || message.asks !== null) {
      const question = message.asks === null ? null : message;
      return { buttons: distinct([...urgent, ...buttons]), question };
    } else {
      answered ||= message.from === "assistant" && message.kind !== "notice";
    }
  }
  return { buttons: distinct(urgent), question: null };
}

function distinct(buttons: readonly OpenButton[]): OpenButton[] {
  return buttons.filter((button, place) =>
    buttons.findIndex((other) => other.title === button.title) === place);
}

/** The latest reply, if it is one to danger: its banner stays until something else is said. */
export function danger(entries: readonly Entry[]): Message | null {
  const last = entries.findLast((entry) => entry.by === "clinic");
  return last !== undefined && isDanger(last.message) ? last.message : null;
}
