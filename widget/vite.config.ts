import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { asciiOnly, onePlaceholder, withoutGlobals } from "./build/bundle.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  plugins: [withoutGlobals(), asciiOnly(), onePlaceholder()],
  build: {
    target: ["chrome111", "edge111", "firefox115", "safari16.4"],
    lib: { entry: here("src/main.ts"), formats: ["iife"], name: "clinicChat", fileName: () => "widget.js" },
    outDir: here("../bot/gateway/pages"),
    emptyOutDir: false,
    copyPublicDir: false,
    rolldownOptions: {
      output: { postBanner: "/* Contains Lit, Copyright 2017 Google LLC, BSD-3-Clause. */" },
    },
    reportCompressedSize: false,
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    restoreMocks: true,
  },
});
