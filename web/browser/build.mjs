/**
 * Builds the browser's files: web/browser -> web/static/build, each under a name that carries the hash of its content,
 * and manifest.json from plain name to hashed name. `--watch` builds
 * again on every change; unhashed names never occur.
 */

import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, "..", "static", "build");
const entries = [
  "leaflet.js", "map.js", "review.js", "deliveries.js", "page.js", "css/page.css", "css/map.css", "favicon.svg",
];

/** After each build: the manifest, and nothing left over from builds before. */
const manifest = {
  name: "manifest",
  setup(build) {
    build.onEnd(async ({ errors, metafile }) => {
      if (errors.length) return;
      const names = {};
      for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
        if (entryPoint) names[path.basename(entryPoint)] = path.basename(file);
      }
      await writeFile(path.join(out, "manifest.json"), `${JSON.stringify(names, null, 2)}\n`);
      const total = Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
      console.log(`web/static/build: ${Object.keys(names).length} bundles, ${Math.round(total / 1024)} KB`);
    });
  },
};

const options = {
  absWorkingDir: here,
  entryPoints: entries,
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".png": "file", ".svg": "copy", ".gif": "file" },
  legalComments: "linked",
  metafile: true,
  logLevel: "warning",
  plugins: [manifest],
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
if (process.argv.includes("--watch")) await (await esbuild.context(options)).watch();
else await esbuild.build(options);
