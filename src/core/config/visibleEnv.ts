type Environment = Readonly<Record<string, string | undefined>>;

/** `MAX_TOKENS` and `GIT_AUTHOR_NAME` are none. */
const SECRET_NAME = /KEY|TOKEN(?!S)|SECRET|PASSW|CREDENTIAL|AUTH(?!OR(_|$))|COOKIE|SESSION/i;

/**
 * The environment as templates of prompts and assertions see it (`{{env.X}}`): without variables whose
 * names say that they are secrets. A prompt's text goes to the endpoint and into the store, and a pull
 * request may change it.
 */
export function visibleEnv(env: Environment, own: Readonly<Record<string, string>>): Record<string, string | undefined> {
  return { ...Object.fromEntries(Object.entries(env).filter(([name]) => !SECRET_NAME.test(name))), ...own };
}
