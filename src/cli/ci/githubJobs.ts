import { packagePath } from "./github.ts";
import type { CiSettings } from "./init.ts";

/**
 * The workflow that stages with `runsOn: github-actions` start: a job a shard, which may only read. Its name has the
 * key by which it is found again; a second one of the same key waits until it has ended.
 */
export function githubJobsWorkflow({ packageSpec, variables }: CiSettings): string {
  const env = ["LLMOPS_APPROVED: ${{ vars.LLMOPS_APPROVED }}", ...variables.map((name) => `${name}: \${{ secrets.${name} }}`)].map((line) => `          ${line}\n`).join("");
  return `# Written by "llmops ci init github-jobs": runs what stages with runsOn: github-actions hand over.
name: LLMOps jobs
run-name: llmops \${{ inputs.key }}
on:
  workflow_dispatch:
    inputs:
      key:
        description: The attempt that asks for it
        required: true
        type: string
      shards:
        description: Numbers of the shards, as a JSON list
        required: true
        type: string
      task:
        description: What to do, as JSON
        required: true
        type: string
permissions: {}
concurrency:
  group: llmops-\${{ inputs.key }}
jobs:
  shard:
    name: shard (\${{ matrix.shard }})
    runs-on: ubuntu-latest
    permissions:
      contents: read
    strategy:
      matrix:
        shard: \${{ fromJSON(inputs.shards) }}
    steps:
      - uses: actions/checkout@v5
        with:
          ref: \${{ fromJSON(inputs.task).commit }}
          fetch-depth: 0 # the commit to compare with is in the history
          persist-credentials: false
      - uses: actions/setup-node@v5
        with:
          node-version: 24
      - name: Install LLMOps
        run: npm install --prefix "$RUNNER_TEMP/llmops" --ignore-scripts --no-audit --no-fund "${packagePath(packageSpec)}"
      - name: Run the shard
        run: '"$RUNNER_TEMP/llmops/node_modules/.bin/llmops" job --results "$RUNNER_TEMP/results.txt"'
        env:
          LLMOPS_JOB: \${{ inputs.task }}
          LLMOPS_JOB_INDEX: \${{ matrix.shard }}
${env}      - uses: actions/upload-artifact@v4
        with:
          name: results-\${{ matrix.shard }}
          path: \${{ runner.temp }}/results.txt
          if-no-files-found: ignore # a command leaves none
`;
}
