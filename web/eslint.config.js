// The linter's rules; run from the repository's root, because screens live in rooms/*/ui.
import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

const forbid = (patterns) => ["error", { patterns }];
const roomsMeetInSlots = {
  group: ["**/rooms/*", "../../*/ui/*", "../../../*/ui/*", "../../*/ui", "../../../*/ui"],
  message: "Rooms never import rooms: offer a slot (web/src/lib/slots.tsx) and let the other room fill it.",
};

export default ts.config(
  { ignores: ["**/node_modules/**", "**/dist/**", "**/*.gen.ts", "web/public/**"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  hooks.configs.flat.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      // Times come from the server (lib/clock.ts); a browser's clock may be wrong by minutes.
      "no-restricted-syntax": [
        "error",
        { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: "Use serverNow() of @lib/clock." },
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Use serverNow() of @lib/clock." },
      ],
    },
  },
  { files: ["web/src/lib/clock.ts"], rules: { "no-restricted-syntax": "off" } },
  { files: ["rooms/*/ui/**/*.{ts,tsx}"], rules: { "no-restricted-imports": forbid([roomsMeetInSlots]) } },
  {
    files: ["web/src/kit/**/*.{ts,tsx}", "web/src/lib/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-imports": forbid([
        { group: ["**/rooms/**", "**/app/**"], message: "The kit and the library know no room and no app." },
      ]),
    },
  },
  {
    files: ["web/src/worker/**/*.js"],
    languageOptions: { globals: { self: "readonly", caches: "readonly", fetch: "readonly", Request: "readonly", URL: "readonly" } },
  },
  {
    files: ["web/scripts/**/*.mjs", "web/e2e/**/*.mjs", "web/*.js"],
    languageOptions: { globals: { process: "readonly", console: "readonly", fetch: "readonly", URL: "readonly", setTimeout: "readonly", clearTimeout: "readonly", Buffer: "readonly", document: "readonly", window: "readonly", StorageEvent: "readonly", AudioContext: "readonly", AnalyserNode: "readonly", performance: "readonly" } },
    rules: { "no-console": "off" },
  },
);
