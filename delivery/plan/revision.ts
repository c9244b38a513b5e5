/** The project as it stood at a commit, in a folder of its own. */
import { execFile } from "node:child_process";
import { lstat, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);
const git = async (root: string, ...args: readonly string[]): Promise<string> =>
  (await exec("git", ["-C", root, ...args], { maxBuffer: 1 << 26 })).stdout.trim();

/** What is asked for cannot be planned; the message is for the person who asked. */
export class PlanError extends Error {
  override readonly name = "PlanError";
  /** 2: the request is wrong. 1: the project is. */
  readonly exitCode: number;
  constructor(message: string, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The commit that `ref` names. @throws PlanError if there is none here. */
export async function commitOf(root: string, ref: string): Promise<string> {
  try {
    return await git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`);
  } catch {
    throw new PlanError(
      `--base ${ref}: no such commit here; a shallow clone has it after \`git fetch origin ${ref}\``,
    );
  }
}

/** Files that differ from the last commit. */
export const changedFiles = async (root: string): Promise<string[]> =>
  (await git(root, "status", "--porcelain")).split("\n").filter((line) => line !== "");

export interface Revision {
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * Unpacks the commit and gives it the packages that are installed here, its own workspace packages apart: those it
 * brings itself.
 */
export async function checkOut(root: string, commit: string): Promise<Revision> {
  const folder = await mkdtemp(join(tmpdir(), "azure-ml-base-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const archive = join(folder, ".base.tar");
    await git(root, "archive", "--format=tar", "-o", archive, commit);
    await exec("tar", ["-xf", archive, "-C", folder]);
    await rm(archive);
    await linkPackages(join(root, "node_modules"), join(folder, "node_modules"), folder);
    return { folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

const OWN = "@azure-ml-as-code";

async function linkPackages(from: string, to: string, folder: string): Promise<void> {
  await mkdir(join(to, OWN), { recursive: true });
  const names = (await readdir(from)).filter((name) => name !== OWN);
  await Promise.all(names.map((name) => symlink(join(from, name), join(to, name))));
  for (const name of await readdir(join(from, OWN))) {
    const here = join(folder, name);
    const there = await lstat(here).catch(() => undefined); // a package that the base does not have yet
    if (there) await symlink(here, join(to, OWN, name));
  }
}
