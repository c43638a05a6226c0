import type { CiSettings } from "./init.ts";

/**
 * A workflow in two jobs. The first has the secrets, runs what a pull request brings, and may only read; the
 * second may write comments and scanning results, and runs nothing of the pull request. What a fork brings gets
 * neither secrets nor a comment.
 */
export function githubWorkflow({ packageSpec, variables, suites, defaultBranch }: CiSettings): string {
  const spec = packagePath(packageSpec);
  const env = ["LLMOPS_APPROVED: ${{ vars.LLMOPS_APPROVED }}", ...variables.map((name) => `${name}: \${{ secrets.${name} }}`)].map((line) => `      ${line}\n`).join("");
  const names = suites.map((suite) => ` ${shellQuoted(suite)}`).join("");
  return `# Written by "llmops ci init github": runs the on-commit stages of llmops.yaml, as "llmops pipeline run" does.
name: LLMOps
on:
  push:
    branches: [${JSON.stringify(defaultBranch)}]
  pull_request:
permissions: {}
jobs:
  pipeline:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions:
      contents: read
    env:
      # The pull request's own commit, not its merge with the target.
      SHA: \${{ github.event.pull_request.head.sha || github.sha }}
${env}    steps:
      - uses: actions/checkout@v5
        with:
          ref: \${{ env.SHA }}
          fetch-depth: 0 # the baseline is found in the history
          persist-credentials: false
      - uses: actions/setup-node@v5
        with:
          node-version: 24
      - uses: actions/cache@v4
        with:
          path: .llmops
          key: llmops-\${{ hashFiles('llmops.yaml', '**/promptfooconfig*', '**/*.prompt.y*ml') }}-\${{ github.run_id }}
          restore-keys: |
            llmops-\${{ hashFiles('llmops.yaml', '**/promptfooconfig*', '**/*.prompt.y*ml') }}-
            llmops-
      - name: Install LLMOps
        run: npm install --prefix "$RUNNER_TEMP/llmops" --ignore-scripts --no-audit --no-fund "${spec}"
      - name: Run the pipeline
        # 3: a stage waits for a person, which is no failure of the commit.
        run: '"$RUNNER_TEMP/llmops/node_modules/.bin/llmops" pipeline run --trigger on-commit --commit "$SHA" --json > llmops.json || test $? -eq 3'
      - name: Write the report
        if: \${{ !cancelled() }}
        # From the cache: everything has been answered above. What it found is the pipeline's to fail.
        run: '"$RUNNER_TEMP/llmops/node_modules/.bin/llmops" eval${names} -o llmops.xml -o llmops.sarif -o llmops.md || true'
      - uses: actions/upload-artifact@v4
        if: \${{ !cancelled() }}
        with:
          name: llmops
          path: |
            llmops.json
            llmops.xml
            llmops.sarif
            llmops.md
  report:
    needs: pipeline
    if: \${{ !cancelled() && github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository }}
    runs-on: ubuntu-latest
    permissions:
      pull-requests: write
      security-events: write
    steps:
      - uses: actions/download-artifact@v5
        with:
          name: llmops
      - name: Comment on the pull request
        env:
          GH_TOKEN: \${{ github.token }}
          COMMENTS: repos/\${{ github.repository }}/issues/\${{ github.event.pull_request.number }}/comments
        run: |
          { echo '<!-- llmops -->'; cat llmops.md; } > comment.md
          id=$(gh api "$COMMENTS" --paginate --jq '.[] | select(.body | startswith("<!-- llmops -->")) | .id' | head -n 1)
          if [ -n "$id" ]; then gh api -X PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F body=@comment.md
          else gh api "$COMMENTS" -F body=@comment.md; fi
      - uses: github/codeql-action/upload-sarif@v4
        continue-on-error: true # code scanning may be off
        with:
          sarif_file: llmops.sarif
`;
}

/** What npm installs, wherever the step that does stands. */
export function packagePath(spec: string): string {
  return /^\.{0,2}\//.test(spec) ? `$GITHUB_WORKSPACE/${spec.replace(/^\.\//, "")}` : spec;
}

/** For a command line within YAML's single quotes. */
function shellQuoted(text: string): string {
  return /^[A-Za-z0-9_./*-]+$/.test(text) && !text.includes("*") ? text : `"${text.replace(/["$\`\\]/g, "\\$&").replaceAll("'", "''")}"`;
}
