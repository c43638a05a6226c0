import { compileFunction } from "node:vm";
import { contentHash } from "../../store/store.ts";
import type { CodeText, ProviderSpec } from "../model.ts";
import { requestBody, statusBody } from "../suiteCode/httpCode.ts";
import { codeFileOf, isCodeFile } from "../suiteCode/transform.ts";
import { readHttpExtras } from "./httpExtras.ts";
import { readScriptFiles } from "./scripts.ts";
import { at, isFileReference, type Place, type SuiteSource, withoutScheme } from "./source.ts";

const BODIES = { transformRequest: requestBody, validateStatus: statusBody };

/** What of an HTTP provider's configuration is code, and its `request`, which may be a file. */
export async function readHttp(source: SuiteSource, config: Readonly<Record<string, unknown>>, place: Place): Promise<Pick<ProviderSpec, "http" | "extras" | "config">> {
  const extras = await readHttpExtras(source, config, place);
  const { request } = config;
  const text = isFileReference(request) ? (await source.read(withoutScheme(request), at(place, "request")))?.text : request;
  const transformRequest = await readCodeText(source, "transformRequest", config["transformRequest"], at(place, "transformRequest"));
  const validateStatus = await readCodeText(source, "validateStatus", config["validateStatus"], at(place, "validateStatus"));
  const http = { ...(transformRequest && { transformRequest }), ...(validateStatus && { validateStatus }) };
  return { config: text === undefined ? config : { ...config, request: text }, ...(Object.keys(http).length > 0 ? { http } : {}), ...(extras && { extras }) };
}

async function readCodeText(source: SuiteSource, name: keyof typeof BODIES, value: unknown, place: Place): Promise<CodeText | undefined> {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string" || (isFileReference(value) && !isCodeFile(value))) {
    source.report("error", "bad-transform", `${name} is JavaScript, or file:// with a .js, .ts or .py file.`, place);
    return undefined;
  }
  if (isFileReference(value)) {
    const { file, name: fn } = codeFileOf(value);
    const files = await readScriptFiles(source, file, place);
    return files && { code: `file://${files[0]}${fn === undefined ? "" : `:${fn}`}`, fingerprint: contentHash([value, ...files.map((path) => source.files.get(path) ?? "")].join("\0")) };
  }
  try {
    compileFunction(BODIES[name](value), ["output", "context", "process"]);
    return { code: value, fingerprint: contentHash(value) };
  } catch (error) {
    source.report("error", "bad-transform", `This ${name} does not compile: ${error instanceof Error ? error.message : String(error)}.`, place);
    return undefined;
  }
}
