import type { CiSettings } from "./init.ts";

/** A job for merge requests and the default branch; variables of the project reach it by themselves. */
export function gitlabPipeline({ packageSpec, variables, suites }: CiSettings): string {
  const spec = /^\.{0,2}\//.test(packageSpec) ? `$CI_PROJECT_DIR/${packageSpec.replace(/^\.\//, "")}` : packageSpec;
  const names = suites.map((suite) => ` "${suite.replace(/["$\`\\]/g, "\\$&").replaceAll("'", "''")}"`).join("");
  const needs = variables.length === 0 ? "" : `# It takes from the project's CI/CD variables: ${variables.join(", ")}; and LLMOPS_APPROVED, which says where they may go.\n`;
  return `# Written by "llmops ci init gitlab": runs the on-commit stages of llmops.yaml, as "llmops pipeline run" does.
${needs}llmops:
  image: node:24
  timeout: 1h
  variables:
    GIT_DEPTH: "0" # the baseline is found in the history
    LLMOPS: /tmp/llmops/node_modules/.bin/llmops
  cache:
    key:
      files: [llmops.yaml]
    paths: [.llmops/]
    when: always
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  before_script:
    - npm install --prefix /tmp/llmops --ignore-scripts --no-audit --no-fund "${spec}"
  script:
    # 3: a stage waits for a person, which is no failure of the commit.
    - '"$LLMOPS" pipeline run --trigger on-commit --commit "$CI_COMMIT_SHA" --json > llmops.json || test $? -eq 3'
  after_script:
    # From the cache: everything has been answered above.
    - '"$LLMOPS" eval${names} -o llmops.xml -o llmops.sarif -o llmops.md || true'
  artifacts:
    when: always
    paths: [llmops.json, llmops.sarif, llmops.md]
    reports:
      junit: llmops.xml
`;
}
