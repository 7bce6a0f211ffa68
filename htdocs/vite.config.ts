import { fileURLToPath } from "node:url";
import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  // Relative, so that the build may be served below any folder.
  base: "./",
  plugins: [
    // Compiled components take their templates from gui/dom.ts, for Trusted Types.
    solid({ solid: { moduleName: path("gui/dom.ts") } }),
  ],
  build: {
    outDir: path("../build/gui"),
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    // Would ask for data: URLs in the site's Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: false,
    rollupOptions: {
      input: { app: path("gui/main.tsx"), theme: path("gui/theme-early.ts") },
      output: {
        // The page that embeds the GUI names these, so they carry no hash.
        entryFileNames: "[name].js",
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith(".css")) ? "app.css" : "assets/[name]-[hash][extname]",
        chunkFileNames: "assets/[name]-[hash].js",
      },
    },
  },
  test: { environment: "node", include: ["gui/**/*.test.ts"] },
});
