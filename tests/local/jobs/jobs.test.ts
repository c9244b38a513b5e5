/** Real processes, blobs in a folder. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type {
  CommandSpec,
  JobError,
  JobOutput,
  Jobs,
  JobStep,
  PipelineSpec,
} from "@azure-ml-as-code/local/contracts-jobs.ts";
import { createJobs } from "@azure-ml-as-code/local/jobs/jobs.ts";
import { createServing } from "@azure-ml-as-code/local/serving/serving.ts";
import type { LocalServing } from "@azure-ml-as-code/local/serving/serving.ts";
import {
  eventually,
  folderBlobs,
  processesWith,
  quiet,
  ref,
  removeFolder,
  temporaryFolder,
} from "../serving/support.ts";
import type { FolderBlobs } from "../serving/support.ts";
import { commandJob } from "./support.ts";

let folder: string;
let blobs: FolderBlobs;
let serving: LocalServing;
let jobs: Jobs;
let events: [job: string, status: string, error: JobError | undefined][];
let runs = 0;

beforeAll(async () => {
  folder = await temporaryFolder();
  blobs = folderBlobs(join(folder, "blobs"));
  serving = await createServing({ dir: join(folder, "serving"), blobs, log: quiet });
  const { environments, processes } = serving;
  jobs = await createJobs({ dir: join(folder, "jobs"), environments, processes, blobs, log: quiet });
});
afterAll(async () => {
  await serving.close();
  expect(await processesWith(folder)).toEqual([]);
  await removeFolder(folder);
});
beforeEach(() => {
  events = [];
  runs += 1;
});

const run = (spec: CommandSpec | PipelineSpec, signal = new AbortController().signal) =>
  jobs.run(spec, { status: (...event) => events.push(event as never) }, signal);
const named = (values: Partial<CommandSpec>) => commandJob({ job: `job-${runs}`, ...values });
const statuses = (job: string) => events.filter(([name]) => name === job).map(([, status]) => status);
const errorOf = (job: string) => events.findLast(([name]) => name === job)?.[2];
const read = (path: string) => readFileSync(blobs.local(ref(path)), "utf8");
const logOf = ({ artifacts }: CommandSpec) => read(`${artifacts.path}/user_logs/std_log.txt`);
const output = (path: string, type: JobOutput["type"] = "uri_folder"): JobOutput => ({
  type,
  uri: `azureml://${path}`,
  blob: ref(path),
  mode: "upload",
});

describe("a command", () => {
  test("reads its inputs, writes its outputs, and keeps its log and artifacts", async () => {
    await blobs.put(`in-${runs}/rows`, { "a.txt": "1\n", "b.txt": "2\n" });
    const spec = named({
      code: await blobs.put(`src-${runs}`, {
        "go.sh": 'cat "$1"/*.txt; echo "$2 $WORD"; mkdir outputs; echo x > outputs/kept',
      }),
      command:
        "bash go.sh ${{inputs.rows}} ${{inputs.rate}} && cp -r ${{inputs.rows}} ${{outputs.copy}}/ && echo one > ${{outputs.file}}",
      inputs: {
        rate: "0.5",
        rows: { type: "uri_folder", uri: "azureml://rows", blob: ref(`in-${runs}/rows`), mode: "download" },
      },
      outputs: { copy: output(`out-${runs}/copy`), file: output(`out-${runs}/file`, "uri_file") },
      environmentVariables: { WORD: "said" },
    });
    expect(await run(spec)).toBe("Completed");
    expect(statuses(spec.job)).toEqual(["Preparing", "Running", "Finalizing", "Completed"]);
    expect(logOf(spec)).toMatch(/Downloaded input 'rows' from azureml:\/\/rows\n1\n2\n0.5 said\n$/);
    expect(read(`out-${runs}/copy/rows/b.txt`)).toBe("2\n");
    expect(read(`out-${runs}/file`)).toBe("one\n");
    expect(read(`${spec.artifacts.path}/outputs/kept`)).toBe("x\n");
  });

  test("shows its log while it runs, and ends with all its processes when it is canceled", async () => {
    const spec = named({ command: `echo started; sleep 987${runs} & sleep 987${runs}` });
    const cancel = new AbortController();
    const done = run(spec, cancel.signal);
    await eventually(
      () =>
        existsSync(blobs.local(ref(`${spec.artifacts.path}/user_logs/std_log.txt`))) &&
        logOf(spec) === "started\n",
    );
    cancel.abort();
    expect(await done).toBe("Canceled");
    expect(await processesWith(`sleep 987${runs}`)).toEqual([]);
    expect(errorOf(spec.job)).toEqual({ code: "JobCanceled", message: "The job was canceled." });
  });

  test("ends at its time limit", async () => {
    const spec = named({ command: "sleep 600", timeoutMs: 200 });
    expect(await run(spec)).toBe("Canceled");
    expect(errorOf(spec.job)?.message).toMatch(/longer than its limit of 0.2 s/);
  });

  test("fails with its code and its last words", async () => {
    const spec = named({ command: "echo fine; echo the reason >&2; exit 7" });
    expect(await run(spec)).toBe("Failed");
    expect(errorOf(spec.job)).toMatchObject({
      code: "UserError",
      message: expect.stringMatching(/status code 7\.[^]*fine\nthe reason$/),
    });
    expect(logOf(spec)).toBe("fine\nthe reason\n");
  });

  test.each<[string, () => Partial<CommandSpec>, RegExp]>([
    [
      "an input is not there",
      () => ({
        inputs: { x: { type: "uri_file", uri: "u", blob: ref("nowhere"), mode: "download" } },
      }),
      /could not read the input 'x' \(data\/nowhere\)/,
    ],
    [
      "its output file is not written",
      () => ({ outputs: { o: output("none", "uri_file") } }),
      /did not write its output 'o'/,
    ],
  ])("fails when %s", async (_, values, message) => {
    const spec = named(values());
    expect(await run(spec)).toBe("Failed");
    expect(errorOf(spec.job)?.message).toMatch(message);
    expect(logOf(spec)).toMatch(message);
  });

  test("runs as several processes, each with its rank; the first that fails ends the others", async () => {
    const spec = named({ command: "echo rank $RANK of $WORLD_SIZE", processes: 2 });
    expect(await run(spec)).toBe("Completed");
    expect(logOf(spec).trimEnd().split("\n").sort()).toEqual(["rank 0 of 2", "rank 1 of 2"]);
    const bad = named({ job: `bad-${runs}`, command: '[ "$RANK" = 1 ] && exit 4; sleep 600', processes: 2 });
    expect(await run(bad)).toBe("Failed");
    expect(errorOf(bad.job)?.message).toMatch(/status code 4/);
  });
});

describe("a pipeline", () => {
  const step = (name: string, command: string, ...after: string[]): JobStep => ({
    name,
    after,
    spec: named({
      job: `${name}-${runs}`,
      command,
      outputs: { o: output(`p-${runs}/${name}`) },
      inputs: Object.fromEntries(
        after.map((other) => [
          other,
          { type: "uri_folder", uri: other, blob: ref(`p-${runs}/${other}`), mode: "download" },
        ]),
      ),
    }),
  });
  const pipeline = (steps: JobStep[], continueOnStepFailure = true): PipelineSpec => ({
    kind: "pipeline",
    job: `pipe-${runs}`,
    steps,
    outputs: {},
    continueOnStepFailure,
    artifacts: ref(`runs/pipe-${runs}`),
  });

  test("hands data from step to step, branches side by side", async () => {
    const here = (name: string) => join(folder, `${name}-was-here`);
    const wait = (own: string, other: string) =>
      [
        `touch ${here(own)}`,
        `until [ -e ${here(other)} ]; do sleep 0.05; done`,
        "cp ${{inputs.first}}/v ${{outputs.o}}/v",
        `echo ${own} >> \${{outputs.o}}/v`,
      ].join("; ");
    const spec = pipeline([
      step("first", "echo begin > ${{outputs.o}}/v"),
      step("left", wait("left", "right"), "first"), // ends only when both run at once
      step("right", wait("right", "left"), "first"),
      step("last", "cat ${{inputs.left}}/v ${{inputs.right}}/v > ${{outputs.o}}/v", "left", "right"),
    ]);
    expect(jobs.problems(spec)).toEqual([]);
    expect(await run(spec)).toBe("Completed");
    expect(read(`p-${runs}/last/v`)).toBe("begin\nleft\nbegin\nright\n");
    expect(read(`runs/pipe-${runs}/logs/azureml/executionlogs.txt`)).toMatch(
      /last: Completed\n.*pipe-\d+: Completed\n$/,
    );
  });

  test("a failed step: what needs it is not run, what does not goes on or is ended, as its settings say", async () => {
    const steps = () => [
      step("bad", "exit 1"),
      step("needs", "true", "bad"),
      step("other", "sleep 0.3; echo done > ${{outputs.o}}/v"),
    ];
    const on = pipeline(steps());
    expect(await run(on)).toBe("Failed");
    expect(statuses(`needs-${runs}`)).toEqual(["Canceled"]);
    expect(statuses(`other-${runs}`).at(-1)).toBe("Completed");
    expect(errorOf(on.job)?.message).toMatch(/^A step failed: bad\./);

    runs += 1;
    const stop = pipeline([step("bad", "exit 1"), step("other", "sleep 600")], false);
    expect(await run(stop)).toBe("Failed");
    expect(statuses(`other-${runs}`).at(-1)).toBe("Canceled");
  });

  test("a ring is told before anything runs", () => {
    const ring = pipeline([
      { ...step("a", "true"), after: ["b"] },
      { ...step("b", "echo ${{inputs.none}}"), after: ["a"] },
    ]);
    expect(jobs.problems(ring)).toEqual([
      "the steps wait for each other: a → b → a",
      expect.stringMatching(/^step 'b': the command of .* asks for \$\{\{inputs\.none\}\}/),
    ]);
  });
});
