import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createEnvironments } from "@azure-ml-as-code/local/serving/environments.ts";
import { findUv, userCacheDir } from "@azure-ml-as-code/local/serving/python.ts";
import { quiet, removeFolder, temporaryFolder } from "./support.ts";

let cacheDir: string;

/** A cache of its own with nothing in it but uv, and what uv keeps of its downloads. */
beforeAll(async () => {
  cacheDir = await temporaryFolder();
  const uv = await findUv(userCacheDir(), quiet);
  if (uv !== "uv") await symlink(dirname(dirname(uv)), join(cacheDir, basename(dirname(dirname(uv)))));
  await mkdir(join(userCacheDir(), "uv"), { recursive: true });
  await symlink(join(userCacheDir(), "uv"), join(cacheDir, "uv"));
});
afterAll(() => removeFolder(cacheDir));

/** Another process' view of the cache: its promises are its own, only the files are shared. */
const another = () => createEnvironments(cacheDir, quiet, new AbortController().signal);
const request = (condaFile: string) => ({
  environment: { name: "e", version: "1", condaFile },
  mlflowDir: undefined,
  ownScript: true,
});

test("an environment is built once, whoever asks for it, and holds what was asked for", async () => {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const asked = [
    request("dependencies: [{pip: [six==1.17.0]}]"),
    request("dependencies: [python=3.99, {pip: [six==1.17.0]}]"),
  ];
  const environments = await Promise.all([
    another().ensure(asked[0]!, say),
    another().ensure(asked[1]!, say),
    another().ensure(asked[0]!, say),
  ]);
  expect(new Set(environments.map(({ python }) => python)).size).toBe(1);
  expect(said.filter((line) => line.startsWith("Building"))).toHaveLength(1);
  expect(said).toContainEqual(expect.stringMatching(/^Python 3\.99 is not on this machine: taking 3\.\d+/));
  const script = "import azureml_inference_server_http as a, six; print(a.__version__, six.__version__)";
  const { python } = environments[0];
  expect(execFileSync(python, ["-c", script], { encoding: "utf8" })).toBe("1.5.1 1.17.0\n");
  expect(await readdir(join(cacheDir, "environments"))).toEqual([basename(dirname(dirname(python)))]);
});

test("one that can't be built says what uv said, and leaves nothing", async () => {
  const before = await readdir(join(cacheDir, "environments"));
  const failing = another().ensure(request("dependencies: [{pip: [six==0.0.99]}]"), () => undefined);
  await expect(failing).rejects.toMatchObject({
    code: "ImageBuildFailure",
    message: expect.stringMatching(/six==0\.0\.99.*unsatisfiable/s),
  });
  expect(await readdir(join(cacheDir, "environments"))).toEqual(before);
});
