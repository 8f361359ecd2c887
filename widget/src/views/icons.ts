import { html, type TemplateResult } from "lit/html.js";

/** Drawn on a 24 by 24 grid with strokes; they mean nothing to a screen reader. */
function icon(path: string): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${path}></path></svg>`;
}

export const chatIcon = icon("M21 11.5a8 8 0 0 1-8.3 7.9 9 9 0 0 1-3.3-.6L4 20.5l1.5-4.3A7.5 7.5 0 0 1 4 11.5a8 8 0 0 1 8.5-7.9 8 8 0 0 1 8.5 7.9ZM9 10.2h7M9 13.4h4.5");
export const closeIcon = icon("M6 6l12 12M18 6L6 18");
export const copyIcon = icon("M9 9h10.5v11.5H9zM15 9V3.5H4.5V15H9");
export const deleteIcon = icon("M4 6.5h16M9.5 6V3.5h5V6M6.5 6.5l.8 14h9.4l.8-14M10.3 10.5v6.5M13.7 10.5v6.5");
export const sizeIcon = icon("M2.5 19L8 5.5 13.5 19M4.5 14.5h7M15 19l3.3-8 3.2 8M16.2 16.5h4.2");
export const personIcon = icon("M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.7-4 3.7-6 7.5-6s6.8 2 7.5 6");
export const phoneIcon = icon("M7.5 3.5l2.5 5-2.3 1.8a12 12 0 0 0 6 6L15.5 14l5 2.5c0 2.5-1.5 4-3.5 4C10.5 20 4 13.5 3.5 7c0-2 1.5-3.5 4-3.5Z");
export const messageIcon = icon("M4 4.5h16v11.5h-9l-4.5 4v-4H4z");
export const crossIcon = icon("M12 3.5v17M3.5 12h17");
