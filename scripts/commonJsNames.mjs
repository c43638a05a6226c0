// An esbuild plugin for "await import()" of CommonJS packages.
import { isBuiltin } from "node:module";
import { pathToFileURL } from "node:url";

const namespace = "commonjs-names";

/**
 * In a bundle with code splitting, the dynamic import of a CommonJS package has only `default`; in Node it has the
 * package's names as well. This gives the bundle the names that Node gives, so that the code that the tests run
 * unbundled means the same when bundled.
 */
export const commonJsNames = {
  name: namespace,
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (kind !== "dynamic-import" || pluginData === namespace || isBuiltin(path)) return undefined;
      const resolved = await build.resolve(path, { kind, importer, resolveDir, pluginData: namespace });
      if (resolved.errors.length > 0 || resolved.external) return resolved;
      const names = await commonJsNamesOf(resolved.path);
      return names ? { path: resolved.path, namespace, pluginData: names, sideEffects: false } : resolved;
    });

    build.onLoad({ filter: /.*/, namespace }, ({ path, pluginData: names }) => ({
      contents: [
        `const module = require(${JSON.stringify(path)});`,
        "export default module;",
        ...names.map((name) => `const _${name} = module.${name}; export { _${name} as ${name} };`),
      ].join("\n"),
      resolveDir: build.initialOptions.absWorkingDir,
    }));
  },
};

/** The names that Node finds in a CommonJS file; undefined for an ES module. */
async function commonJsNamesOf(path) {
  let names;
  try {
    names = Object.keys(await import(pathToFileURL(path).href));
  } catch {
    return undefined; // an ES module in a form that only bundlers read
  }
  // Node marks what came from CommonJS with a name of its own.
  return names.includes("module.exports") ? names.filter((name) => name !== "default" && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) : undefined;
}
