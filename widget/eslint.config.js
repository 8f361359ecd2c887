import eslint from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  { ignores: ["node_modules/", "src/generated/"] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines": ["error", 300],
      "max-lines-per-function": ["error", { max: 40, skipComments: true }],
      "no-restricted-properties": ["error",
        { property: "innerHTML", message: "Text never becomes HTML." },
        { property: "outerHTML", message: "Text never becomes HTML." },
        { property: "insertAdjacentHTML", message: "Text never becomes HTML." },
        { object: "window", property: "localStorage", message: "The token is kept in sessionStorage." },
      ],
      "no-restricted-globals": ["error", "localStorage"],
      "no-restricted-imports": ["error", { paths: ["lit/directives/unsafe-html.js", "lit/static-html.js"] }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  { files: ["tests/**"], rules: { "max-lines-per-function": "off" } },
);
