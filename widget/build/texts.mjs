/**
 * Checks the widget's texts and writes their keys as types.
 *
 * The words are in bot/content/widget_texts.yml, the one place of them. Fails, with every problem on
 * a line of its own, when a language lacks a key, a key is used nowhere in the source, or a text has
 * other places to fill in than in English. A key that the source uses and no language has is then a
 * type error.
 */
import console from "node:console";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";
import { parse } from "yaml";

const WIDGET = join(dirname(fileURLToPath(import.meta.url)), "..");
const TEXTS = join(WIDGET, "..", "bot", "content", "widget_texts.yml");
const SOURCE = join(WIDGET, "src");
const KEYS = join(SOURCE, "generated", "string-keys.ts");

/** The language that says which keys there are. */
const LEADING = "en";

/** Filled in by the gateway from the clinic's facts; the rest is filled in by the widget. */
const FACTS = new Set(["clinic", "phone", "hours", "email"]);

/** @typedef {Record<string, Record<string, string>>} Texts */

/** @param {string} text @returns {string[]} the names in braces, sorted */
export function placesIn(text) {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => String(match[1])))].sort();
}

/**
 * @param {Texts} texts
 * @param {ReadonlySet<string>} used
 * @returns {string[]} what is wrong, one line each
 */
export function problemsOf(texts, used) {
  const leading = texts[LEADING] ?? {};
  const problems = Object.keys(leading)
    .filter((key) => !used.has(key))
    .map((key) => `${key}: used nowhere in the source`);
  for (const [language, strings] of Object.entries(texts)) {
    for (const key of new Set([...Object.keys(leading), ...Object.keys(strings)])) {
      const own = strings[key];
      const expected = leading[key];
      if (typeof own !== "string" || own.trim() === "") {
        problems.push(`${language}.${key}: missing`);
      } else if (typeof expected !== "string") {
        problems.push(`${language}.${key}: not in ${LEADING}`);
      } else if (widgetPlaces(own).join() !== widgetPlaces(expected).join()) {
        problems.push(`${language}.${key}: other {places} than in ${LEADING}`);
      }
    }
  }
  return problems;
}

/**
 * The string literals of `source` that name a text: those in a call of `say`, and those in an
 * expression or a declaration whose type names `StringKey` or `StringKeys`.
 *
 * @param {string} source
 * @returns {Set<string>}
 */
export function keysUsedIn(source) {
  const file = ts.createSourceFile("source.ts", source, ts.ScriptTarget.Latest, true);
  /** @type {Set<string>} */
  const used = new Set();
  /** @type {(node: ts.Node, counts: boolean) => void} */
  const walk = (node, counts) => {
    const within = counts || namesTexts(node);
    if (within && ts.isStringLiteralLike(node)) used.add(node.text);
    node.forEachChild((child) => { walk(child, within); });
  };
  walk(file, false);
  return used;
}

/** @param {ts.Node} node */
function namesTexts(node) {
  if (ts.isCallExpression(node)) {
    const callee = node.expression;
    return ts.isPropertyAccessExpression(callee) && callee.name.text === "say";
  }
  const typed = ts.isSatisfiesExpression(node) || ts.isVariableDeclaration(node)
    || ts.isTypeAliasDeclaration(node);
  return typed && Boolean(node.type?.getText().includes("StringKey"));
}

/** @param {string} text */
function widgetPlaces(text) {
  return placesIn(text).filter((name) => !FACTS.has(name));
}

/** @param {Record<string, string>} strings */
function typesOf(strings) {
  const lines = Object.entries(strings).map(([key, text]) => {
    const places = widgetPlaces(text);
    return `  ${key}: ${places.length ? places.map((name) => JSON.stringify(name)).join(" | ") : "never"};`;
  });
  return [
    "// Made by build/texts.mjs from bot/content/widget_texts.yml.",
    "/** The places that the widget fills in, by the key of the text. */",
    "export interface Places {", ...lines, "}",
    "export type StringKey = keyof Places;", "",
  ].join("\n");
}

function sources() {
  return readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("generated"))
    .map((name) => readFileSync(join(SOURCE, name), "utf8"));
}

/** @returns {Texts} the texts as they are in the file */
export function readTexts() {
  const texts = /** @type {unknown} */ (parse(readFileSync(TEXTS, "utf8")));
  return /** @type {Texts} */ (texts);
}

function main() {
  const texts = readTexts();
  const problems = problemsOf(texts, new Set(sources().flatMap((source) => [...keysUsedIn(source)])));
  if (problems.length) {
    console.error(problems.map((problem) => `widget_texts.yml: ${problem}`).join("\n"));
    process.exit(1);
  }
  mkdirSync(dirname(KEYS), { recursive: true });
  writeFileSync(KEYS, typesOf(texts[LEADING] ?? {}));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
