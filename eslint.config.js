import js from "@eslint/js";
import globals from "globals";

const shared = {
  readProduct: "readonly",
  addToCart: "readonly",
  badge: "readonly",
  softNavigation: "readonly",
  basket: "readonly",
  corner: "readonly",
  draw: "readonly",
  nudge: "readonly",
};

export default [
  js.configs.recommended,
  {
    files: ["server/dashboard/static/*.js"],
    languageOptions: { sourceType: "script", globals: globals.browser },
  },
  {
    files: ["extension/**/*.js"],
    languageOptions: { globals: { ...globals.browser, chrome: "readonly" } },
  },
  {
    files: ["extension/**/*.js", "server/dashboard/static/*.js"],
    rules: {
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-var": "off",
      "prefer-const": "error",
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "write"].map((property) => ({
          property,
          message: "Text is never read as HTML.",
        })),
      ],
    },
  },
  {
    files: ["extension/content/**/*.js"],
    languageOptions: { sourceType: "script", globals: shared },
    rules: { "no-redeclare": ["error", { builtinGlobals: false }] },
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
];
