/**
 * Of this process's environment, what a command needs to find its programs, its user's files, the network
 * and the time. Everything else, keys above all, it gets only where its `env` names it.
 */
const PASSED =
  /^(PATH|PATHEXT|HOME|USER|USERNAME|LOGNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|SHELL|COMSPEC|SYSTEMROOT|SYSTEMDRIVE|WINDIR|PROGRAMFILES(\(X86\))?|PROGRAMDATA|PROGRAMW6432|APPDATA|LOCALAPPDATA|PROCESSOR_ARCHITECTURE|NUMBER_OF_PROCESSORS|TEMP|TMP|TMPDIR|LANG|LC_[A-Z]+|TZ|CI|XDG_[A-Z_]+|(HTTPS?|ALL|NO)_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|VIRTUAL_ENV|CONDA_PREFIX)$/i;

export function commandEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && PASSED.test(entry[0])));
}
