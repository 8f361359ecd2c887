/** What the built file has to be besides small: ASCII, one placeholder, nothing left on `window`. */
import type { Plugin } from "vite";

/** The gateway puts a string literal of its configuration in the place of this. */
export const PLACEHOLDER = '"@@CONFIGURATION@@"';

const LIT = "node_modules/lit-html/";

/** Lit notes its version on the global object: a guest leaves nothing there. */
const NOTE = /\(\w+\.litHtmlVersions\?\?=\[\]\)\.push\("[\d.]+"\)/;

export function withoutGlobals(): Plugin {
  return {
    name: "without-globals",
    transform(code, id) {
      if (!id.includes(LIT)) return null;
      const left = code.replace(NOTE, "0");
      if (left.includes("Versions")) this.error(`${id} notes its version in another way`);
      return { code: left, map: null };
    },
  };
}

/** A file without a declared character set must not depend on one. */
export function asciiOnly(): Plugin {
  return {
    name: "ascii-only",
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === "chunk" && /[^\t\n\x20-\x7e]/.test(file.code)) {
          this.error(`${file.fileName} holds characters outside ASCII`);
        }
      }
    },
  };
}

/** The minifier chooses its own quotes; the gateway replaces a literal in double ones. */
export function onePlaceholder(): Plugin {
  return {
    name: "one-placeholder",
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "chunk") continue;
        file.code = file.code.replace(/(["'`])@@CONFIGURATION@@\1/g, PLACEHOLDER);
        const found = file.code.split(PLACEHOLDER).length - 1;
        if (found !== 1) this.error(`${file.fileName} holds the placeholder ${found} times`);
      }
    },
  };
}
