/** The program of this repo in a folder of its own, with other workloads and another stage file, brought up on a local Azure. */
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../local/daemon/paths.ts";
import { localStage, run, succeeded } from "./local-stage.ts";
import type { Ended, LocalStage } from "./local-stage.ts";

/** What the program is made of; all else of the repo is linked. */
const COPIED = ["index.ts", "Pulumi.yaml", "package.json", "stacks", "components", "specs", "provider"];
const LINKED = ["node_modules", "protocol"];

export interface Project {
  readonly folder: string;
  readonly stage: LocalStage;
  /** An operation of the embedded engine. */
  engine(operation: "up" | "preview" | "refresh" | "destroy"): Promise<Ended>;
  /** What other tools need to reach this Azure. */
  env(): Promise<Record<string, string>>;
  remove(): Promise<void>;
}

/** @param stageFile text of `Pulumi.local.yaml`. @param workloads folders of the repo, by where they go. */
export async function startProject(
  stageFile: string,
  workloads: Readonly<Record<string, string>>,
): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "project-"));
  for (const name of COPIED) await cp(join(root, name), join(folder, name), { recursive: true });
  for (const name of LINKED) await symlink(join(root, name), join(folder, name));
  for (const [to, from] of Object.entries(workloads))
    await cp(join(root, from), join(folder, "workloads", to), { recursive: true });
  await writeFile(join(folder, "Pulumi.local.yaml"), stageFile);
  const stage = await localStage();
  succeeded(await stage.local(["start"]));
  const env = async () => {
    const ended = await stage.local(["env", "--json"]);
    return JSON.parse(ended.stdout) as Record<string, string>;
  };
  return {
    folder,
    stage,
    env,
    engine: async (operation) =>
      run(
        process.execPath,
        [
          join(root, "local/engine/main.ts"),
          ...[operation, "--cwd", folder, "--stack", "local", "--state", join(folder, "state.json")],
        ],
        await env(),
        folder,
      ),
    async remove() {
      await stage.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
