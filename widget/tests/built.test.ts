// @vitest-environment node
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { PLACEHOLDER } from "../build/bundle";
import { configuration } from "./fixtures";

/** What the clinic agreed to, with the texts in it: one request. */
const MOST_BYTES = 25_000;

const built = readFileSync(fileURLToPath(new URL("../../bot/gateway/pages/widget.js", import.meta.url)), "utf8");

test("is ASCII", () => {
  expect(built).toMatch(/^[\t\n\x20-\x7e]+$/);
});

test("has one place for the configuration, and is small with it", () => {
  expect(built.split(PLACEHOLDER)).toHaveLength(2);
  const literal = JSON.stringify(JSON.stringify(configuration()));
  const served = built.replace(PLACEHOLDER, () => literal);
  expect(gzipSync(served, { level: 9 }).length).toBeLessThanOrEqual(MOST_BYTES);
});

test("names no other origin than PubMed, and says who wrote the library in it", () => {
  const origins = new Set([...built.matchAll(/https?:\/\/[\w.-]+/g)].map(([origin]) => origin));
  origins.delete("http://www.w3.org");
  expect([...origins]).toEqual(["https://pubmed.ncbi.nlm.nih.gov"]);
  expect(built).toContain("BSD-3-Clause");
});

test.each(["@font-face", "@import", "url(", "eval(", "new Function", "document.cookie", "localStorage", "litHtmlVersions"])("holds no %s", (word) => {
  expect(built).not.toContain(word);
});
