import { describe, expect, test } from "@jest/globals";
import {
  commandProblems,
  failureText,
  fillCommand,
  jobVariables,
  toldAs,
} from "@azure-ml-as-code/local/jobs/command-plan.ts";
import { commandJob } from "./support.ts";
import { ref } from "../serving/support.ts";

const known = { inputs: { rate: "0.5", data: "/d" }, outputs: { model: "/m" } };

describe("fillCommand", () => {
  test.each([
    [
      "python t.py --d ${{inputs.data}} --r ${{ inputs.rate }} > ${{outputs.model}}/x",
      "python t.py --d /d --r 0.5 > /m/x",
    ],
    ["run $[[--a ${{inputs.rate}}]] $[[--b ${{inputs.none}}]]", "run --a 0.5 "],
    ["echo $HOME ${VAR} ${{other.thing}}", "echo $HOME ${VAR} ${{other.thing}}"],
  ])("%s", (command, filled) => {
    expect(fillCommand(command, known)).toBe(filled);
  });
});

test("a place of an input that is no placeholder of JavaScript's replace stays as it is", () => {
  expect(fillCommand("${{inputs.a}}", { inputs: { a: "$& $1 $$" }, outputs: {} })).toBe("$& $1 $$");
});

test("every placeholder that nothing fills is named, those in optional parts not", () => {
  const spec = commandJob({
    command: "${{inputs.a}} ${{inputs.b}} ${{outputs.o}} $[[${{inputs.c}}]]",
    inputs: { a: "1" },
  });
  expect(commandProblems(spec)).toEqual([
    "the command of 'job-1' asks for ${{inputs.b}}, and its inputs are: a",
    "the command of 'job-1' asks for ${{outputs.o}}, and its outputs are: none",
  ]);
});

test("a literal is told as it is, direct data by its URI, the rest by its place", () => {
  const data = { type: "uri_folder", uri: "azureml://x", blob: ref("x") } as const;
  const values = { a: "1", b: { ...data, mode: "direct" }, c: { ...data, mode: "download" } } as const;
  expect(toldAs(values, { c: "/here" })).toEqual({ a: "1", b: "azureml://x", c: "/here" });
});

test("the author's variables come last", () => {
  const spec = commandJob({ environmentVariables: { AZURE_ML_INPUT_a: "own" } });
  expect(jobVariables(spec, { a: "1" }, { o: "/o" })).toEqual({
    AZUREML_RUN_ID: "job-1",
    AZURE_ML_INPUT_a: "own",
    AZURE_ML_OUTPUT_o: "/o",
  });
});

test("a failure says its code and quotes the end of the log", () => {
  const log = Array.from({ length: 30 }, (_, line) => `line ${line}`).join("\n");
  expect(failureText(3, null, log)).toMatch(
    /exited with status code 3\. .*user_logs\/std_log\.txt.*\nline 10\n[^]*line 29$/,
  );
  expect(failureText(null, "SIGKILL", "")).toMatch(/ended by SIGKILL.*: nothing\.$/);
});
