/** Builds and packs both packages into a folder, which is emptied; returns the .vsix. @throws when it is larger than 5 MB. */
export function makePackages(folder?: string): Promise<string>;
