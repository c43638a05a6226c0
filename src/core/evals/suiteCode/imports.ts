import { dirname, extname, join } from "node:path";

/** Extensions of a module that may be left out. */
const JAVASCRIPT = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".json"];

/** `from "./x"`, `import "./x"`, `import("./x")`, `require("./x")`. */
const JAVASCRIPT_IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g;
/** `import a.b as c, d` and `from .a import b, c`; names in brackets may stand on several lines. */
const PYTHON_IMPORT = /^[ \t]*import[ \t]+([\w., \t]+)/gm;
const PYTHON_FROM = /^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]+)/gm;
const RUBY_IMPORT = /\brequire_relative[ (]+["']([^"']+)["']/g;

/**
 * What a file of code imports from beside it, as far as that is written out: for each import the paths that it may
 * stand for, the likeliest first. What packages it uses is not looked for.
 */
export function localImports(file: string, text: string): string[][] {
  const folder = dirname(file);
  switch (extname(file).toLowerCase()) {
    case ".py":
      return pythonImports(folder, text);
    case ".rb":
      return [...text.matchAll(RUBY_IMPORT)].map(([, path = ""]) => [join(folder, path), join(folder, `${path}.rb`)]);
    default:
      return [...text.matchAll(JAVASCRIPT_IMPORT)].map(([, path = ""]) => javascriptFiles(join(folder, path)));
  }
}

function javascriptFiles(path: string): string[] {
  return [path, ...JAVASCRIPT.map((extension) => path + extension), ...JAVASCRIPT.map((extension) => join(path, `index${extension}`))];
}

function pythonImports(folder: string, text: string): string[][] {
  const plain = [...text.matchAll(PYTHON_IMPORT)].flatMap(([, names = ""]) => names.split(",").flatMap((name) => pythonModule(folder, (name.trim().split(/\s/)[0] ?? "").split("."))));
  const from = [...text.matchAll(PYTHON_FROM)].flatMap(([, dots = "", module = "", names = ""]) => {
    const start = dots === "" ? folder : join(folder, ...Array.from(dots.slice(1), () => ".."));
    const parts = module.split(".").filter(Boolean);
    // A name that is imported from a package may be a module in it.
    const members = names.replace(/[()#]/g, " ").split(",").map((name) => name.trim().split(/\s/)[0] ?? "");
    return [...pythonModule(start, parts), ...members.filter((name) => /^\w+$/.test(name)).map((name) => pythonFiles(start, [...parts, name]))];
  });
  return [...plain, ...from].filter((files) => files.length > 0);
}

/** A module, and the packages that it is in, whose own code runs first. */
function pythonModule(folder: string, parts: readonly string[]): string[][] {
  return [...parts.slice(0, -1).map((_, index) => [join(folder, ...parts.slice(0, index + 1), "__init__.py")]), pythonFiles(folder, parts)];
}

function pythonFiles(folder: string, parts: readonly string[]): string[] {
  return parts.length === 0 || parts.includes("") ? [] : [`${join(folder, ...parts)}.py`, join(folder, ...parts, "__init__.py")];
}
