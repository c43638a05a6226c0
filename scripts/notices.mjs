// Writes THIRD-PARTY-NOTICES.md: every package that the bundles may contain, with its licence's text.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));

const shipped = Object.entries(lock.packages)
  .filter(([path, entry]) => path !== "" && !entry.dev && !entry.optional && !entry.devOptional)
  .map(([path]) => path)
  .sort();

const parts = shipped.map((path) => {
  const folder = join(root, path);
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8").trim().replaceAll("\r\n", "\n") : `Licensed under ${license}; the package carries no licence file.`;
  return `## ${name} ${version} (${typeof license === "string" ? license : (license?.type ?? "see below")})\n\n\`\`\`\n${text}\n\`\`\`\n`;
});

writeFileSync(
  join(root, "THIRD-PARTY-NOTICES.md"),
  `# Third-party notices\n\nLLMOps for VS Code contains these packages. This file is written by \`node scripts/notices.mjs\`.\n\n${parts.join("\n")}`,
);
console.log(`${shipped.length} packages listed`);
