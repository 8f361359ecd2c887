/** The attributes that the script's line and the element have in common. */
const ATTRIBUTES = ["server", "lang", "page", "theme"];

/** Puts the element on the page, as the script's `data-` attributes ask, unless there is one. */
export function embed(script: HTMLScriptElement | null): void {
  const place = (): void => {
    if (document.querySelector("clinic-chat") !== null) return;
    const chat = document.createElement("clinic-chat");
    for (const name of ATTRIBUTES) {
      const value = script?.dataset[name];
      if (value !== undefined) chat.setAttribute(name, value);
    }
    document.body.append(chat);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place, { once: true });
  else place();
}
