// How the browser side is built, served while developing, and tested.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { precache } from "./scripts/precache.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const manifest = JSON.parse(readFileSync(here("./package.json"), "utf8")) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const backend = process.env.SWITCHBOARD_HTTP ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: here("."),
  plugins: [react(), precache(here("."))],
  resolve: {
    alias: [
      { find: /^@kit$/, replacement: here("./src/kit/index.ts") },
      { find: /^@kit\//, replacement: here("./src/kit/") },
      { find: /^@lib\//, replacement: here("./src/lib/") },
      { find: /^@softphone$/, replacement: here("./src/softphone/index.ts") },
    ],
    // The rooms' screens live outside this folder; their packages are found here all the same.
    dedupe: [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)],
  },
  server: {
    fs: { allow: [here("..")] },
    proxy: {
      "/api/live": { target: backend.replace(/^http/, "ws"), ws: true },
      "/api": { target: backend },
      "/sip": { target: backend.replace(/^http/, "ws"), ws: true },
    },
  },
  build: {
    target: "es2022",
    assetsDir: "assets",
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      output: {
        // Parts that change rarely are kept apart, so that an update leaves them in the browser's cache.
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler|react-router)[\\/]/, priority: 3 },
          ],
        },
      },
    },
  },
  test: {
    dir: here(".."),
    include: ["web/src/**/*.test.{ts,tsx}", "rooms/*/ui/**/*.test.{ts,tsx}"],
    exclude: ["**/node_modules/**", "target/**"],
    environment: "jsdom",
    setupFiles: [here("./src/test/setup.ts")],
    css: false,
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // A file is a jsdom and the whole of antd; more of them at once than processors only wait for each other.
    maxWorkers: "50%",
  },
});
