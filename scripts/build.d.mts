/** Builds everything into dist/, removes what no bundle made, and prints the sizes. Throws when a bundle fails. */
export function build(): Promise<void>;

/** Builds everything as it is shipped, names kept for traces, into FOLDER/dist. */
export function buildRelease(folder: string): Promise<void>;

/** Bundles the extension-host tests, one file each, into out/test/host. */
export function buildHostTests(): Promise<void>;
