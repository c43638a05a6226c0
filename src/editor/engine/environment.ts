/** What VS Code's settings say about the network. */
export interface NetworkSettings {
  /** `http.proxy` */
  readonly proxy: string;
  /** `http.noProxy` */
  readonly noProxy: readonly string[];
  /** `http.proxySupport` */
  readonly proxySupport: string;
  /** `http.systemCertificates` */
  readonly systemCertificates: boolean;
}

/** Of the editor's own making: its children must not take them for theirs. */
const EDITORS_OWN = /^(ELECTRON|VSCODE)_/;

/**
 * The engine's environment: the editor's without what is the editor's alone, with its network settings
 * in the form that every program understands. Empty settings leave what the environment says.
 */
export function engineEnvironment(env: Readonly<Record<string, string | undefined>>, network: NetworkSettings): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && !EDITORS_OWN.test(name)) result[name] = value;
  // Makes Electron a Node; any other Node ignores it.
  result["ELECTRON_RUN_AS_NODE"] = "1";
  const replace = (name: string, value: string) => {
    for (const known of Object.keys(result)) if (known.toUpperCase() === name) delete result[known];
    result[name] = value;
  };
  if (network.proxySupport !== "off" && network.proxy !== "") {
    replace("HTTPS_PROXY", network.proxy);
    replace("HTTP_PROXY", network.proxy);
  }
  if (network.noProxy.length > 0) replace("NO_PROXY", network.noProxy.join(","));
  if (network.systemCertificates) result["NODE_USE_SYSTEM_CA"] = "1";
  return result;
}
