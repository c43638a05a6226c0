// An esbuild plugin for fdir, which looks for a picomatch beside the bundle.
import { readFileSync } from "node:fs";

/**
 * fdir takes a picomatch for globs of its own if it finds one at run time. The bundle has one, for tinyglobby; a
 * second would be read from wherever the product happens to be installed, at each start.
 */
export const noLookups = {
  name: "no-lookups",
  setup(build) {
    build.onLoad({ filter: /[\\/]fdir[\\/]dist[\\/]index\.m?js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const lookup = "createRequire(import.meta.url)";
      if (!text.includes(lookup)) throw new Error(`${path} no longer looks packages up by ${lookup}: see scripts/noLookups.mjs.`);
      return { contents: text.replace(lookup, `{ resolve() { throw new Error("not in this bundle"); } }`) };
    });
  },
};
