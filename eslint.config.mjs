import tseslint from "typescript-eslint";

const onlyInEditor = { name: "vscode", message: "Only src/editor knows the editor." };

export default tseslint.config(
  { ignores: ["dist/", "out/", "node_modules/", "test-artifacts/", "samples/"] },
  ...tseslint.configs.recommended,
  {
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-restricted-imports": ["error", { paths: [onlyInEditor] }],
      eqeqeq: ["error", "always"],
      "prefer-const": "error",
    },
  },
  { files: ["src/**/*.ts"], rules: { "no-console": "error" } },
  { files: ["src/core/**/*.ts"], rules: { "no-restricted-globals": ["error", "process", "window", "document", "fetch", "setTimeout", "setInterval"] } },
  { files: ["src/editor/**/*.ts", "test/host/**/*.ts"], rules: { "no-restricted-imports": "off" } },
  { files: ["**/*.cjs"], rules: { "@typescript-eslint/no-require-imports": "off" } },
);
