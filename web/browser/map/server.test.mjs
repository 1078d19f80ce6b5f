import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What the linter says of a module with this source, in this folder. */
function complaints(name, source) {
  mkdirSync(`${root}/.cache`, { recursive: true });
  const folder = mkdtempSync(`${root}/.cache/lint-`);
  try {
    writeFileSync(`${folder}/${name}`, source);
    return execFileSync("node_modules/.bin/oxlint", ["--format=unix", `${folder}/${name}`], { cwd: root, encoding: "utf8" });
  } catch (error) {
    return error.stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a module that fetches past server.js is refused", () => {
  const sources = ['export const ask = () => fetch("/api");', 'export const ask = () => window.fetch("/api");', "export const ask = () => new XMLHttpRequest();"];
  for (const source of sources) assert.match(complaints("card.js", source), /no-restricted-(globals|properties)/, source);
});

test("a promise that nobody waits for is refused", () => {
  const source = "async function ask() {}\nexport function start() {\n  ask();\n}\n";
  assert.match(complaints("card.js", source), /no-floating-promises/);
});

test("what goes through server.js passes", () => {
  const source = 'import { askJson } from "./server.js";\nexport const ask = () => askJson("/api");\n';
  assert.doesNotMatch(complaints("card.js", source), /no-restricted/);
});
