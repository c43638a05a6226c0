import { spawn } from "node:child_process";
import { root } from "./paths.ts";
import { startNote } from "./startNote.ts";

/**
 * Opens the installed VS Code with this extension under development and waits until its window is closed.
 * @throws when the command `code` cannot be run.
 */
export async function openDesktop(folder: string): Promise<void> {
  console.log(`Opening VS Code.\n${startNote(folder)}Close its window to end.`);
  const args = [`--extensionDevelopmentPath=${root}`, "--new-window", "--wait", folder];
  const code = spawn("code", args, { stdio: ["ignore", "inherit", "inherit"], shell: process.platform === "win32" });
  const status = await new Promise<number | null>((resolve) => {
    code.once("error", () => resolve(null));
    code.once("exit", resolve);
  });
  if (status !== 0) {
    throw new Error(
      'The command "code" could not be run. Install VS Code (https://code.visualstudio.com), then run "Shell Command: Install \'code\' command in PATH" in its command palette (macOS), and start again.',
    );
  }
}
