/** Copies of this project that a measurement may change. */
import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { output, root } from "./processes.ts";

/** What the program does not need. */
const LEFT_OUT = /^(tests|docs|bench|examples|\.github|pipelines)\//;

/** The project as it stands in the working tree, with the packages of this one. */
export async function copyOfProject(folder: string): Promise<string> {
  await mkdir(join(folder, "node_modules"), { recursive: true });
  const listed = await output({
    command: "git",
    args: ["ls-files", "--cached", "--others", "--exclude-standard"],
  });
  const files = listed.split("\n").filter((name) => name !== "" && !LEFT_OUT.test(name));
  for (const file of files) await cp(join(root, file), join(folder, file), { recursive: true });
  for (const name of await readdir(join(root, "node_modules")))
    await symlink(join(root, "node_modules", name), join(folder, "node_modules", name));
  return folder;
}
