// Bundles src/ into dist/. "--watch" builds again on every change.
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { commonJsNames } from "./commonJsNames.mjs";
import { noLookups } from "./noLookups.mjs";
import { underNode24 } from "./rerun.mjs";
import { startPath } from "./startPath.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @type {esbuild.BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node22",
  mainFields: ["module", "main"],
  define: { LLMOPS_VERSION: JSON.stringify(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version) },
  sourcemap: true,
  sourcesContent: false,
  metafile: true,
  logLevel: "warning",
};

/** CommonJS, which is what the extension host loads. */
const commonJs = { ...common, format: "cjs", external: ["vscode"] };

/** Libraries written as CommonJS ask for Node's modules by `require`, which an ES module does not have. */
const requireInModules =
  `const require = process.getBuiltinModule("node:module").createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;`;

/** Leaves one of our files out of a bundle: importing it becomes importing the bundle that it is built to. */
function leaveOut(source, bundle) {
  return {
    name: "leave-out",
    setup(build) {
      build.onResolve({ filter: /^\.\// }, ({ path }) => (path === source ? { path: bundle, external: true } : undefined));
    },
  };
}

/** Every bundle of the product whose source exists. The engine's are built without `vscode`, so that one that needs it fails. */
function bundles() {
  return [
    {
      ...commonJs,
      entryPoints: { extension: "src/editor/extension.ts" },
      outdir: "dist",
      supported: { "dynamic-import": false },
      plugins: [leaveOut("./client.ts", "./client.js")],
    },
    { ...commonJs, entryPoints: { client: "src/editor/client.ts" }, outdir: "dist" },
    { ...commonJs, platform: "browser", target: "es2023", entryPoints: { browser: "src/editor/browser.ts" }, outdir: "dist" },
    { ...common, format: "esm", platform: "browser", target: "es2023", jsx: "automatic", jsxImportSource: "preact", minify: true, entryPoints: { comparison: "src/webview/main.tsx", preview: "src/webview/preview/main.ts", style: "src/webview/style.css" }, outdir: "dist/webview" },
    { ...common, format: "cjs", entryPoints: { engine: "src/engine/entry.ts" }, outdir: "dist", external: ["./engine/main.mjs"] },
    {
      ...common,
      format: "esm",
      splitting: true,
      entryPoints: { main: "src/engine/main.ts" },
      outdir: "dist/engine",
      outExtension: { ".js": ".mjs" },
      banner: { js: requireInModules },
      plugins: [commonJsNames, noLookups, startPath],
    },
  ].filter(({ entryPoints }) => Object.values(entryPoints).every(exists));
}

/** Builds everything as it is shipped, names kept for traces, into FOLDER/dist. */
export async function buildRelease(folder) {
  const results = bundles().map((options) => esbuild.build({ ...options, minifyWhitespace: true, minifySyntax: true, outdir: join(folder, options.outdir) }));
  await Promise.all(results);
}

/** Builds everything into dist/, removes what no bundle made, and prints the sizes. Throws when a bundle fails. */
export async function build() {
  const started = performance.now();
  const results = await Promise.all(bundles().map((options) => esbuild.build(options)));
  const outputs = Object.assign({}, ...results.map(({ metafile }) => metafile.outputs));
  removeOthers("dist", outputs);
  printSizes(outputs);
  console.log(`Built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** Bundles the extension-host tests, one file each, into out/test/host. */
export async function buildHostTests() {
  const files = readdirSync(join(root, "test/host"), { recursive: true }).map((file) => file.replaceAll("\\", "/"));
  const { metafile } = await esbuild.build({
    ...commonJs,
    external: ["vscode", "mocha"],
    entryPoints: ["index.ts", ...files.filter((file) => file.endsWith(".test.ts"))].map((file) => `test/host/${file}`),
    outbase: "test/host",
    outdir: "out/test/host",
  });
  removeOthers("out/test/host", metafile.outputs);
}

async function watch() {
  for (const options of bundles()) {
    const announce = {
      name: "announce",
      setup(build) {
        const name = Object.keys(options.entryPoints)[0];
        build.onStart(() => console.log(`[watch] ${name}: building`));
        build.onEnd(({ errors }) => console.log(`[watch] ${name}: ${errors.length} errors`));
      },
    };
    const context = await esbuild.context({ ...options, plugins: [...(options.plugins ?? []), announce] });
    await context.watch();
  }
}

function exists(file) {
  return existsSync(join(root, file));
}

/** Deletes after the build, not before it: a running editor keeps its files. */
function removeOthers(folder, outputs) {
  const kept = new Set(Object.keys(outputs).map((file) => resolve(root, file)));
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(file)) rmSync(file);
  }
}

/** A module that is imported on need is an entry point to esbuild; to people it is a chunk. */
function isChunk(file) {
  return /-[A-Z0-9]{8}\.mjs$/.test(file);
}

function printSizes(outputs) {
  const code = Object.keys(outputs).filter((file) => !file.endsWith(".map"));
  const chunks = code.filter(isChunk);
  const size = (file) => statSync(join(root, file)).size;
  const print = (bytes, name) => console.log(`${(bytes / 1024).toFixed(1).padStart(9)} KB  ${name}`);
  for (const file of code.filter((file) => !isChunk(file)).sort()) print(size(file), relative(root, join(root, file)));
  if (chunks.length > 0) print(chunks.reduce((sum, file) => sum + size(file), 0), `in ${chunks.length} chunks of the engine`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await underNode24();
  if (process.argv.includes("--watch")) await watch();
  else await build();
}
