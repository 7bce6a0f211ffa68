import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, test } from "vitest";

const mostBytes = 150_000;
const configFile = fileURLToPath(new URL("../vite.config.ts", import.meta.url));

/** A built module and what it imports by itself, without what it imports when that is needed. */
async function readAll(file: string, seen = new Map<string, string>()): Promise<Map<string, string>> {
  if (seen.has(file)) return seen;
  const text = await readFile(file, "utf8");
  seen.set(file, text);
  for (const [, imported] of text.matchAll(/(?:import|from)\s*["'](\.[^"']+)["']/g)) {
    await readAll(path.resolve(path.dirname(file), imported!), seen);
  }
  return seen;
}

test("what a page loads first is less than 150 kB of compressed JavaScript", async () => {
  const outDir = await mkdtemp(path.join(tmpdir(), "gui-"));
  try {
    await build({ configFile, logLevel: "silent", build: { outDir } });
    const modules = await readAll(path.join(outDir, "app.js"));
    const sizes = [...modules.values()].map((text) => gzipSync(text).length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(10_000);
    expect(total).toBeLessThan(mostBytes);
  } finally {
    await rm(outDir, { recursive: true });
  }
}, 120_000);
