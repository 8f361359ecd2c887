import bubbles from "./bubbles.css?inline";
import composer from "./composer.css?inline";
import contrast from "./contrast.css?inline";
import frame from "./frame.css?inline";
import palette from "./palette.css?inline";
import panel from "./panel.css?inline";

/** Constructed, as a strict policy forbids style elements. */
export function styles(): CSSStyleSheet[] {
  return [palette, frame, panel, bubbles, composer, contrast].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
}
