import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { existsSync, readFileSync } from "node:fs";
import { cp, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { BatchRunSpec } from "@azure-ml-as-code/local/contracts.ts";
import { createServing } from "@azure-ml-as-code/local/serving/serving.ts";
import type { LocalServing } from "@azure-ml-as-code/local/serving/serving.ts";
import {
  batchSpec,
  eventually,
  folderBlobs,
  processesWith,
  quiet,
  ref,
  removeFolder,
  temporaryFolder,
} from "./support.ts";
import type { FolderBlobs } from "./support.ts";

/** Does what the content of each file says. Needs nothing but Python. */
const SCORE = `
import os, sys, time
from azureml_user.parallel_run import EntryScript

def init():
    global seen
    seen = set()
    print("arguments", sys.argv[1:])
    EntryScript().logger.info("init was called")

def run(mini_batch):
    assert isinstance(mini_batch, list)
    results = []
    for path in mini_batch:
        what, name = open(path).read(), os.path.basename(path)
        mark = os.path.join(os.environ["MARKS"], name)
        again = os.path.exists(mark)
        open(mark, "a").write("x")
        if what == "raise": raise ValueError(f"{name} can't be scored")
        if what == "raise once" and not again: raise ValueError("not yet")
        if what == "hang once" and not again: time.sleep(600)
        if what == "crash once" and not again: os._exit(7)
        if what == "hang": time.sleep(600)
        if what == "write": open(os.path.join(os.environ["AZUREML_BI_OUTPUT_PATH"], name + ".out"), "w").write("own")
        if what != "skip": results.append(f"{name} {what}")
    return tuple(results)
`;

let folder: string;
let blobs: FolderBlobs;
let serving: LocalServing;
let runs = 0;

beforeAll(async () => {
  folder = await temporaryFolder();
  blobs = folderBlobs(join(folder, "blobs"));
  serving = await createServing({ dir: join(folder, "serving"), blobs, log: quiet });
});

afterAll(async () => {
  await serving.close();
  expect(await processesWith(folder)).toEqual([]);
  await removeFolder(folder);
});

beforeEach(() => {
  runs += 1;
});

async function specOf(files: Record<string, string>, values: Partial<BatchRunSpec> = {}, script = SCORE) {
  const at = `run-${runs}`;
  const marks = await blobs.put(`${at}/marks`, { ".keep": "" });
  return batchSpec({
    job: at,
    input: await blobs.put(`${at}/input`, files),
    code: { blob: await blobs.put(`${at}/src`, { "score.py": script }), scoringScript: "score.py" },
    output: ref(`${at}/output`),
    logs: ref(`${at}/joblogs`),
    environmentVariables: { MARKS: blobs.local(marks) },
    ...values,
  });
}

const run = (spec: BatchRunSpec, signal = new AbortController().signal) => serving.runBatch(spec, signal);
const output = (spec: BatchRunSpec, name = spec.outputFileName) =>
  readFileSync(join(blobs.local(spec.output), name), "utf8");
const logOf = (spec: BatchRunSpec, name: string) =>
  readFileSync(join(blobs.local(spec.logs), "logs", name), "utf8");
const good = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}.txt`, "ok"]));

describe("append_row", () => {
  test("writes a line for each result, in the order of the input, and the log files", async () => {
    const spec = await specOf(good(5), {
      instanceCount: 2,
      maxConcurrencyPerInstance: 1,
      loggingLevel: "Debug",
    });
    expect(await run(spec)).toEqual({ items: 5, succeeded: 5, failed: 0, miniBatches: 3 });
    expect(output(spec)).toBe("f0.txt ok\nf1.txt ok\nf2.txt ok\nf3.txt ok\nf4.txt ok\n");

    expect(logOf(spec, "job_result.txt")).toBe("The job succeeded.\n");
    expect(logOf(spec, "job_error.txt")).toBe("");
    expect(logOf(spec, "job_progress_overview.txt")).toContain("5 of 5 processed, 5 succeeded, 0 failed");
    expect(logOf(spec, "user/stdout/0/process000.txt")).toBe("arguments ['--logging_level', 'debug']\n");
    expect(logOf(spec, "user/entry_script_log/1/process000.txt")).toContain("INFO init was called");
    expect(existsSync(join(blobs.local(spec.logs), "logs/user/stderr/1/process000.txt"))).toBe(true);
    const processed = logOf(spec, "sys/job_report/processed_mini-batches.csv").trimEnd().split("\n");
    expect(processed.slice(1).map((line) => line.split(",").slice(0, 4).join())).toEqual([
      "0,2,2,0",
      "1,2,2,0",
      "2,1,1,0",
    ]);
  });

  test("takes a single file as one item", async () => {
    const spec = await specOf(good(3));
    const single = { ...spec, input: { ...spec.input, path: `${spec.input.path}/f1.txt` } };
    expect(await run(single)).toEqual({ items: 1, succeeded: 1, failed: 0, miniBatches: 1 });
    expect(output(spec)).toBe("f1.txt ok\n");
  });

  test("writes a DataFrame without column names, with blanks between", async () => {
    // What the worker needs of pandas: the test's environment has none.
    const script = `
class Frame:
    columns = ["a", "b"]
    def __init__(self, rows): self.rows = rows
    def __len__(self): return len(self.rows)
    def to_csv(self, path, sep, header, index):
        assert header is False and index is False
        open(path, "w").write("".join(sep.join(row) + "\\n" for row in self.rows))
def init(): pass
def run(mini_batch): return Frame([["1", "2"] for _ in mini_batch])
`;
    const spec = await specOf(good(2), {}, script);
    await run(spec);
    expect(output(spec)).toBe("1 2\n1 2\n");
  });

  test("fails when the output file is there, and leaves it as it is", async () => {
    const spec = await specOf(good(1));
    await blobs.write({ ...spec.output, path: `${spec.output.path}/predictions.csv` }, "before");
    await expect(run(spec)).rejects.toMatchObject({
      code: "BadArgument",
      message: expect.stringContaining("already there"),
    });
    expect(output(spec)).toBe("before");
  });
});

test("a script's shutdown() is called in each process, after its last mini-batch", async () => {
  const script = `${SCORE}
def shutdown():
    print("shutdown was called")
`;
  const spec = await specOf(good(4), { miniBatchSize: 1 }, script);
  await run(spec);
  for (const name of ["process000", "process001"])
    expect(logOf(spec, `user/stdout/0/${name}.txt`)).toMatch(/shutdown was called\n$/);
});

test("a preempted node begins its mini-batches anew, and no attempt is counted", async () => {
  const spec = await specOf(
    { "a.txt": "hang once", "b.txt": "ok" },
    { miniBatchSize: 1, maxRetries: 0, maxConcurrencyPerInstance: 1, timeoutMs: 600_000, errorThreshold: 0 },
  );
  const done = run(spec);
  await eventually(() => existsSync(join(blobs.local(ref(`run-${runs}/marks`)), "a.txt")));
  expect(await serving.preempt(spec.job, "7")).toBeUndefined();
  expect(await serving.preempt(spec.job)).toBe("0");
  expect(await done).toEqual({ items: 2, succeeded: 2, failed: 0, miniBatches: 2 });
  expect(output(spec)).toBe("a.txt hang once\nb.txt ok\n");
  expect(logOf(spec, "sys/job_report/processed_mini-batches.csv").split("\n")[1]).toMatch(/^0,1,1,0,1,1,/);
  expect(logOf(spec, "sys/node/0/process000.txt")).toMatch(/preempted/);
  expect(await serving.preempt(spec.job)).toBeUndefined();
});

describe("summary_only", () => {
  test("counts, and keeps only what the script wrote itself", async () => {
    const spec = await specOf({ ...good(3), "w.txt": "write" }, { outputAction: "SummaryOnly" });
    expect(await run(spec)).toEqual({ items: 4, succeeded: 4, failed: 0, miniBatches: 2 });
    expect(await readdir(blobs.local(spec.output))).toEqual(["w.txt.out"]);
  });
});

describe("a mini-batch that fails", () => {
  test("is tried again: after an exception, a crash and a timeout", async () => {
    const files = { "a.txt": "raise once", "b.txt": "crash once", "c.txt": "hang once", "d.txt": "ok" };
    const spec = await specOf(files, { miniBatchSize: 1, timeoutMs: 1_000, errorThreshold: 0 });
    expect(await run(spec)).toEqual({ items: 4, succeeded: 4, failed: 0, miniBatches: 4 });
    expect(output(spec).split("\n")).toEqual([
      "a.txt raise once",
      "b.txt crash once",
      "c.txt hang once",
      "d.txt ok",
      "",
    ]);
    const attempts = logOf(spec, "sys/job_report/processed_mini-batches.csv")
      .split("\n")
      .map((line) => line.split(",")[5]);
    expect(attempts.slice(1, 5)).toEqual(["2", "2", "2", "1"]);
  });

  test("counts as failed items after its last try, and the rest goes on", async () => {
    const spec = await specOf(
      { "a.txt": "raise", "b.txt": "ok", "c.txt": "ok" },
      { miniBatchSize: 1, maxRetries: 1 },
    );
    expect(await run(spec)).toEqual({ items: 3, succeeded: 2, failed: 1, miniBatches: 3 });
    expect(output(spec)).toBe("b.txt ok\nc.txt ok\n");
    expect(readFileSync(join(blobs.local(ref(`run-${runs}/marks`)), "a.txt"), "utf8")).toBe("xx");
    expect(logOf(spec, "user/error.txt")).toContain("a.txt can't be scored");
  });

  test("keeps the results that it has when they are fewer than its items", async () => {
    const spec = await specOf({ "a.txt": "ok", "b.txt": "skip" }, { maxRetries: 0 });
    expect(await run(spec)).toMatchObject({ succeeded: 1, failed: 1 });
    expect(output(spec)).toBe("a.txt ok\n");
    expect(logOf(spec, "job_error.txt")).toContain("run() returned 1 results for 2 items");
  });

  test("quotes the end of the log in the error when that was one too many", async () => {
    const spec = await specOf({ "a.txt": "ok", "b.txt": "skip" }, { maxRetries: 0, errorThreshold: 0 });
    await expect(run(spec)).rejects.toMatchObject({
      message: expect.stringMatching(
        /above the error threshold of 0\. .*job_error\.txt.*\nMini-batch 0: run\(\) returned 1 results for 2 items$/,
      ),
    });
  });
});

describe("a job fails", () => {
  const failing = async (spec: BatchRunSpec, message: RegExp, code = "UserError") => {
    await expect(run(spec)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(logOf(spec, "job_result.txt")).toMatch(message);
    expect(existsSync(join(blobs.local(spec.output), spec.outputFileName))).toBe(false);
  };

  test("above its error threshold, and does not run the rest", async () => {
    const files = { "a.txt": "raise", "b.txt": "raise", ...good(4) };
    const values = { miniBatchSize: 1, maxRetries: 0, errorThreshold: 1, maxConcurrencyPerInstance: 1 };
    const spec = await specOf(files, values);
    await failing(spec, /failed items \(2\) is above the error threshold of 1/);
    expect((await readdir(blobs.local(ref(`run-${runs}/marks`)))).sort()).toEqual([
      ".keep",
      "a.txt",
      "b.txt",
    ]);
  });

  test("when nothing succeeded, whatever the threshold", async () => {
    await failing(
      await specOf({ "a.txt": "raise" }, { maxRetries: 0 }),
      /No succeeded mini batch item returned from run\(\)/,
    );
  });

  test("when init() fails, with the script's own words", async () => {
    const script = "def init(): raise RuntimeError('no weights')\ndef run(mini_batch): return mini_batch\n";
    await failing(await specOf(good(1), {}, script), /could not be started: .*RuntimeError: no weights/s);
  });

  test("when the script has no run()", async () => {
    await failing(await specOf(good(1), {}, "def init(): pass\n"), /score\.py does not define run\(\)/);
  });

  test("without input files", async () => {
    const spec = await specOf(good(1));
    const missing = { ...spec, input: ref("nowhere") };
    await failing(missing, /could not read the input nowhere/, "DownloadFailure");
  });

  test("when it is canceled, and its workers end", async () => {
    const spec = await specOf({ "a.txt": "hang" }, { timeoutMs: 600_000 });
    const cancel = new AbortController();
    const done = run(spec, cancel.signal).catch((error: unknown) => error);
    await eventually(() => existsSync(join(blobs.local(ref(`run-${runs}/marks`)), "a.txt")));
    cancel.abort();
    expect(await done).toMatchObject({ code: "Canceled" });
    expect(await processesWith(folder)).toEqual([]);
    expect(logOf(spec, "job_result.txt")).toContain("canceled");
  });
});

/** The workloads that ship, by what scikit-learn itself predicted when they were trained. */
describe("MLflow and scikit-learn", () => {
  const workload = (name: string) => join(import.meta.dirname, "../../../workloads", name);
  const expected = (name: string) =>
    JSON.parse(readFileSync(join(workload(name), "expected.json"), "utf8")) as {
      online: number[];
      batch: Record<string, number[]>;
    };

  test("a table is scored row by row without a script", async () => {
    const name = "breast-cancer";
    const model = ref("shipped/model");
    await cp(join(workload(name), "model"), blobs.local(model), { recursive: true });
    const input = ref("shipped/input");
    await cp(join(workload(name), "batch-endpoint.sample"), blobs.local(input), { recursive: true });
    const spec = batchSpec({
      job: "shipped",
      input,
      output: ref("shipped/output"),
      logs: ref("shipped/joblogs"),
      model: { name, version: "1", type: "mlflow_model", blob: model },
    });
    expect(await run(spec)).toEqual({
      items: 5,
      succeeded: 5,
      failed: 0,
      miniBatches: 3,
    });
    const lines = Object.entries(expected(name).batch)
      .sort(([a], [b]) => a.localeCompare(b))
      .flatMap(([file, values]) => values.map((value, row) => `${row},${value},${file}\n`));
    expect(output(spec)).toBe(lines.join(""));
  });
});
