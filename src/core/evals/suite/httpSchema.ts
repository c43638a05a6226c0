import { z } from "zod";

const oauth = { type: z.literal("oauth"), tokenUrl: z.string(), scopes: z.array(z.string()).optional() };

const auth = z.union([
  z.strictObject({ type: z.literal("bearer"), token: z.string() }),
  z.strictObject({ type: z.literal("basic"), username: z.string(), password: z.string() }),
  z.strictObject({ type: z.literal("api_key"), value: z.string(), placement: z.enum(["header", "query"]), keyName: z.string() }),
  z.strictObject({ ...oauth, grantType: z.literal("client_credentials"), clientId: z.string(), clientSecret: z.string() }),
  z.strictObject({ ...oauth, grantType: z.literal("password"), clientId: z.string().optional(), clientSecret: z.string().optional(), username: z.string(), password: z.string() }),
]);

const session = z.strictObject({
  url: z.string(),
  method: z.enum(["GET", "POST"]).default("POST"),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  responseParser: z.string(),
});

const signatureAuth = z.strictObject({
  type: z.literal("pem").default("pem"),
  privateKey: z.string().optional(),
  privateKeyPath: z.string().optional(),
  signatureValidityMs: z.number().positive().default(300_000),
  signatureRefreshBufferMs: z.number().min(0).optional(),
  signatureDataTemplate: z.string().default("{{signatureTimestamp}}"),
  signatureAlgorithm: z.string().default("SHA256"),
}).refine((value) => value.privateKey !== undefined || value.privateKeyPath !== undefined, "it needs privateKeyPath or privateKey");

const certificate = z.union([z.string(), z.array(z.string())]).optional();
const tls = z.strictObject({
  ca: certificate,
  caPath: z.string().optional(),
  cert: certificate,
  certPath: z.string().optional(),
  key: certificate,
  keyPath: z.string().optional(),
  /** Base64. */
  pfx: z.string().optional(),
  pfxPath: z.string().optional(),
  passphrase: z.string().optional(),
  rejectUnauthorized: z.boolean().default(true),
  servername: z.string().optional(),
  ciphers: z.string().optional(),
  secureProtocol: z.string().optional(),
  minVersion: z.enum(["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]).optional(),
  maxVersion: z.enum(["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]).optional(),
}).refine((value) => value.pfx !== undefined || value.pfxPath !== undefined || (value.cert ?? value.certPath) === undefined === ((value.key ?? value.keyPath) === undefined), "a certificate of a client needs its key, and a key its certificate");

const multipart = z.strictObject({
  parts: z.array(z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("field"), name: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) }),
    z.strictObject({
      kind: z.literal("file"),
      name: z.string(),
      filename: z.string().optional(),
      filenameTemplate: z.string().optional(),
      contentType: z.string().optional(),
      source: z.discriminatedUnion("type", [
        z.strictObject({ type: z.literal("path"), path: z.string() }),
        z.strictObject({ type: z.literal("generated"), generator: z.literal("basic-document").optional(), format: z.enum(["pdf", "png"], "a generated document is a pdf or png here; name a file of another kind by {type: path, path: …}").default("pdf"), text: z.string().default("A document for a test.") }),
      ]),
    }),
  ])).min(1),
});

/** What an `http` provider's configuration may hold beside its request, by promptfoo's names. */
export const HTTP_SCHEMAS = { auth, session, signatureAuth, tls, multipart };

export type HttpAuth = z.output<typeof auth>;
export type HttpSession = z.output<typeof session>;
export type HttpSignature = z.output<typeof signatureAuth>;
export type HttpTls = z.output<typeof tls>;
export type HttpMultipart = z.output<typeof multipart>;
