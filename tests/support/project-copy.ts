/** A copy of the project, for tests that change workloads and stage files as people do. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { root } from "../../local/daemon/paths.ts";

export interface Project {
  /** The folder of its `Pulumi.yaml`. */
  readonly root: string;
  /** Writes a file of it. */
  write(path: string, text: string): Promise<void>;
  /** Writes `Pulumi.local.yaml`: what differs from preset `local`, by key without `azure-ml:`. */
  settings(values: Readonly<Record<string, unknown>>): Promise<void>;
  remove(): Promise<void>;
}

/** What the program does not need. */
const NOT_NEEDED = /^(tests|docs|bench|examples|pipelines|\.github|\.ci)\//;

/** The project as it stands in the working tree, with the packages that are installed here, in a folder that need not be there yet. */
export async function copyOfProject(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const { stdout } = await promisify(execFile)("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
    cwd: root,
    maxBuffer: 2 ** 24,
  });
  const files = stdout.split("\0").filter((file) => file !== "" && !NOT_NEEDED.test(file));
  for (const file of files.filter((one) => existsSync(join(root, one))))
    await cp(join(root, file), join(folder, file));
  for (const modules of ["", "local", "provider", "policy", "protocol"].map((one) =>
    join(one, "node_modules"),
  ))
    if (existsSync(join(root, modules))) await symlink(join(root, modules), join(folder, modules));
  return folder;
}

/** Of `Pulumi.local.yaml`, for the passphrase that `npm run local env` exports. */
const SALT = "v1:dV4+IcXrDg4=:v1:WL4fIDrCJahyj9it:Ou2vuHhiOvD2DWUsCmITdfdE7YwN9w==";

/** @param workloads folders of the repo, by where they go in the copy's `workloads/`; nothing else is there. */
export async function projectCopy(workloads: Readonly<Record<string, string>>): Promise<Project> {
  const folder = await copyOfProject(await mkdtemp(join(tmpdir(), "project-")));
  await rm(join(folder, "workloads"), { recursive: true });
  for (const [target, source] of Object.entries(workloads))
    await cp(join(root, source), join(folder, "workloads", target), { recursive: true });
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  return {
    root: folder,
    write,
    settings: (values) =>
      write(
        "Pulumi.local.yaml",
        stringify({
          config: Object.fromEntries(
            Object.entries(values).map(([key, value]) => [`azure-ml:${key}`, value]),
          ),
          encryptionsalt: SALT,
        }),
      ),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
