import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { withLock } from "@azure-ml-as-code/local/serving/lock.ts";
import { baseEnvironment, Processes, PYTHON_SCRIPTS } from "@azure-ml-as-code/local/serving/processes.ts";
import { eventually, processesWith, removeFolder, temporaryFolder } from "./support.ts";

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => removeFolder(folder));

/** A program that forks, ignores SIGTERM in both processes, says its pid, and lives for as long as it is let. */
const STUBBORN = `
import os, signal, sys, time
sys.path.insert(0, sys.argv[1])
import lifeline
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork():
    lifeline.hold()
    os.write(3, f"{os.getpid()}\\n".encode())
time.sleep(600)
`;

describe("a process and what it forked", () => {
  const specOf = async (name: string) => {
    const script = join(folder, `${name}.py`);
    await writeFile(script, STUBBORN);
    const log = join(folder, `${name}.log`);
    const args = [script, PYTHON_SCRIPTS];
    return {
      script,
      spec: { command: "python3", args, cwd: folder, env: baseEnvironment(), stdout: log, stderr: log },
    };
  };

  test("end with close(), though they ignore SIGTERM", async () => {
    const { script, spec } = await specOf("closed");
    const processes = new Processes();
    let pid = "";
    await processes.start({ ...spec, onMessage: (line) => (pid = line) });
    await eventually(async () => pid !== "" && (await processesWith(script)).length === 2);
    await processes.close();
    expect(await processesWith(script)).toEqual([]);
    expect(processes.count).toBe(0);
  });

  test("end when the first of them ends by itself", async () => {
    const { script, spec } = await specOf("deserted");
    const processes = new Processes();
    let pid = 0;
    const leader = await processes.start({ ...spec, onMessage: (line) => (pid = Number(line)) });
    await eventually(async () => pid > 0 && (await processesWith(script)).length === 2);
    process.kill(pid, "SIGKILL");
    expect(await leader.exited).toEqual({ code: null, signal: "SIGKILL" });
    await eventually(async () => (await processesWith(script)).length === 0, 5_000);
  });

  test("end when the process that started them is killed", async () => {
    const { script, spec } = await specOf("orphaned");
    const parent = join(folder, "parent.ts");
    const source = join(PYTHON_SCRIPTS, "..", "processes.ts");
    await writeFile(
      parent,
      `import { Processes } from ${JSON.stringify(source)};
await new Processes().start({ ...${JSON.stringify(spec)}, onMessage: (line) => console.log(line) });`,
    );
    const starter = spawn(process.execPath, [parent], { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface({ input: starter.stdout })) if (line) break;
    expect(await processesWith(script)).toHaveLength(2);
    starter.kill("SIGKILL");
    await eventually(async () => (await processesWith(script)).length === 0);
  });

  test("see nothing of our environment but what programs need to run", () => {
    process.env["A_SECRET_OF_OURS"] = "x";
    expect(baseEnvironment()).not.toHaveProperty("A_SECRET_OF_OURS");
    expect(baseEnvironment()).toHaveProperty("PATH");
    delete process.env["A_SECRET_OF_OURS"];
  });
});

describe("a lock", () => {
  test("lets one in at a time", async () => {
    const path = join(folder, "one.lock");
    let inside = 0;
    const most: number[] = [];
    const enter = () =>
      withLock(path, async () => {
        most.push(++inside);
        await readFile(path);
        inside -= 1;
      });
    await Promise.all([enter(), enter(), enter()]);
    expect(most).toEqual([1, 1, 1]);
  });

  test("of a process that is gone is taken over", async () => {
    const path = join(folder, "stale.lock");
    const gone = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => gone.once("exit", resolve));
    await writeFile(path, String(gone.pid));
    expect(await withLock(path, () => readFile(path, "utf8"))).toBe(String(process.pid));
  });

  test("of a living process is waited for", async () => {
    const path = join(folder, "held.lock");
    await writeFile(path, String(process.ppid));
    const waiting = withLock(path, () => Promise.resolve(), AbortSignal.timeout(300));
    await expect(waiting).rejects.toThrow(/abort/i);
    expect(await readFile(path, "utf8")).toBe(String(process.ppid));
  });
});
