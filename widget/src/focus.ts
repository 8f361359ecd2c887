/** Where the keyboard's focus and the eye go. */

/** Room above a message that is read from its beginning, in px. */
const ABOVE = 12;

function focusEntry(root: ShadowRoot): void {
  root.querySelector<HTMLElement>("#entry")?.focus({ preventScroll: true });
}

/** The field, or on a touch screen the panel: there the keyboard would cover what was said. */
export function focusField(root: ShadowRoot): void {
  const isWritten = root.activeElement?.id === "entry";
  if (isWritten || !matchMedia("(pointer: coarse)").matches) focusEntry(root);
  else root.querySelector<HTMLElement>(".panel")?.focus({ preventScroll: true });
}

/** `entry`: in the field; `panel`: on something else of the panel. */
export type FocusPlace = "entry" | "panel" | "outside";

export function focusPlace(root: ShadowRoot): FocusPlace {
  if (!isFocused(root)) return "outside";
  return root.activeElement?.id === "entry" ? "entry" : "panel";
}

/** What had the focus can be gone, or another field can have taken its place. */
export function keepFocus(root: ShadowRoot, before: FocusPlace): void {
  if (before === "outside" || isFocused(root)) return;
  if (before === "entry") focusEntry(root);
  else focusField(root);
}

/** Where something is written stays in sight when a phone's keyboard comes. */
export function showField(root: ShadowRoot): void {
  const field = root.activeElement;
  if (field?.matches("input, textarea") === true) field.scrollIntoView({ block: "nearest" });
}

interface Scrolling {
  /** What scrolls: on a small screen that is the whole sheet. */
  readonly scroller: HTMLElement;
  /** Where it stands when the conversation's end is shown, in px. */
  readonly end: number;
  /** How much of its top is covered by what stays there, in px. */
  readonly covered: number;
}

function scrolling(root: ShadowRoot): Scrolling | null {
  const area = root.querySelector<HTMLElement>(".scroll");
  const sheet = root.querySelector<HTMLElement>(".sheet");
  if (area === null || sheet === null) return null;
  if (area.scrollHeight > area.clientHeight + 1) {
    return { scroller: area, end: area.scrollHeight - area.clientHeight, covered: 0 };
  }
  const below = area.getBoundingClientRect().bottom - sheet.getBoundingClientRect().bottom;
  const covered = [".help", ".disclaimer"].map((name) => root.querySelector<HTMLElement>(name)?.offsetHeight ?? 0);
  return {
    scroller: sheet, end: Math.max(0, sheet.scrollTop + below), covered: covered.reduce((sum, one) => sum + one, 0),
  };
}

/** Whether the end of the conversation is in sight. */
export function isAtEnd(root: ShadowRoot): boolean {
  const found = scrolling(root);
  return found === null || found.scroller.scrollTop >= found.end - ABOVE;
}

/** Where the whole sheet scrolls, the field below the end may be in sight: it stays there. */
export function scrollToEnd(root: ShadowRoot): void {
  const found = scrolling(root);
  if (found !== null) found.scroller.scrollTop = Math.max(found.scroller.scrollTop, found.end);
}

/** Shows the end, but what is new from its beginning where that is longer than what fits. */
export function scrollToLatest(root: ShadowRoot, firstNew = ""): void {
  const found = scrolling(root);
  if (found === null) return;
  const { scroller, end, covered } = found;
  const first = root.getElementById(`m-${firstNew}`) ?? root.querySelector(".log > :last-child");
  const top = first === null ? end
    : scroller.scrollTop + first.getBoundingClientRect().top - scroller.getBoundingClientRect().top
      - covered - ABOVE;
  scroller.scrollTop = Math.min(top, end);
}

/** Whether the keyboard's focus is in the panel. */
export function isFocused(root: ShadowRoot): boolean {
  return root.activeElement !== null;
}
