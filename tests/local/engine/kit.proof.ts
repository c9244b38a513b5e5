import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

/** Recordings of what the Pulumi engine does with small programs, and a runner that compares; `.ci/run` runs it too. */
const root = resolve(import.meta.dirname, "../../..");
const kit = resolve(root, "../shared/engine-kit/run.mjs");

const there = existsSync(kit);
if (!there) console.warn(`skipped: the recordings are not at ${kit}`);
(there ? test : test.skip)(
  "does what the Pulumi engine did",
  async () => {
    const engine = `${process.execPath} local/engine/main.ts {op} --cwd {cwd} --state {state} --stack {stack} {flags}`;
    const { stdout } = await promisify(execFile)(process.execPath, [kit, "--engine", engine, "--jobs", "2"], {
      cwd: root,
      maxBuffer: 1 << 26,
    }).catch((error: unknown) => error as { stdout: string });
    expect(stdout.split("\n").filter((line) => line !== "" && !line.startsWith("ok "))).toEqual([
      expect.stringMatching(/^\d+ passed, 0 failed$/),
    ]);
  },
  1_800_000,
);
