/** Python packages for tests that drive Microsoft's Python clients. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { withLock } from "@azure-ml-as-code/local/serving/lock.ts";
import { findPython, findUv, lastLines, userCacheDir } from "@azure-ml-as-code/local/serving/python.ts";

const run = promisify(execFile);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The Python of a virtual environment with these packages, kept in the user's cache; or why there is none. */
export async function pythonWith(
  ...packages: readonly string[]
): Promise<{ python: string } | { missing: string }> {
  const cache = userCacheDir();
  const hash = createHash("sha256").update(packages.join("\n")).digest("hex").slice(0, 16);
  const home = join(cache, "test-envs", hash);
  const complete = join(home, "complete");
  const python = join(home, "bin", "python");
  try {
    await withLock(`${home}.lock`, async () => {
      if (
        await access(complete).then(
          () => true,
          () => false,
        )
      )
        return;
      const uv = await findUv(cache, quiet);
      await rm(home, { recursive: true, force: true });
      await run(uv, ["venv", "--quiet", "--python", (await findPython()).path, home]);
      await run(uv, ["pip", "install", "--quiet", "--python", python, ...packages], { timeout: 300_000 });
      await writeFile(complete, packages.join("\n"));
    });
    return { python };
  } catch (error) {
    return { missing: `no virtual environment with ${packages.join(", ")}: ${lastLines(error, 5)}` };
  }
}
