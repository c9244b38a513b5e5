import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, jest, test } from "@jest/globals";
import { main } from "../../specs/render.ts";
import { schema, withFolder } from "./folder.ts";

const ENDPOINT = `${schema("managedOnlineEndpoint")}auth_mode: key\n`;
const DEPLOYMENT = `${schema("managedOnlineDeployment")}model: azureml:m@latest\ninstance_type: x\n`;
const BATCH = `${schema("modelBatchDeployment")}name: bat\ntype: model\nmodel: azureml:m:1\nsettings: {mini_batch_size: 1}\n`;
const MODEL = `${schema("model")}name: m\nversion: 3\npath: https://account/m\n`;

interface Outcome {
  readonly code: number;
  readonly lines: readonly Record<string, unknown>[];
  readonly stderr: string;
}

/** The command, on files of a folder; its paths are left out of what it says. */
const render = (files: Readonly<Record<string, string>>, ...args: string[]): Outcome =>
  withFolder(files, (folder) => {
    const short = (text: unknown) => String(text).replaceAll(`${folder}/`, "");
    const out = jest.spyOn(console, "log").mockReturnValue();
    const err = jest.spyOn(console, "error").mockReturnValue();
    try {
      const code = main(args.map((arg) => (arg.endsWith(".yml") ? `${folder}/${arg}` : arg)));
      return {
        code,
        lines: out.mock.calls.map(([line]) => JSON.parse(short(line)) as Record<string, unknown>),
        stderr: err.mock.calls.map(([line]) => short(line)).join("\n"),
      };
    } finally {
      out.mockRestore();
      err.mockRestore();
    }
  });

describe("render", () => {
  test("gives a line for each file, in order, with what the command line of az ml would give", () => {
    const { code, lines } = render(
      { "my-endpoint.yml": ENDPOINT, "blue.yml": DEPLOYMENT, "bat.yml": BATCH, "m.yml": MODEL },
      ...["my-endpoint.yml", "m.yml", "bat.yml", "blue.yml"],
    );
    const workspace =
      "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";
    const type = "Microsoft.MachineLearningServices/workspaces";
    expect(code).toBe(0);
    expect(lines).toMatchObject([
      {
        file: "my-endpoint.yml",
        kind: "onlineEndpoint",
        name: "my-endpoint",
        resourceType: `${type}/onlineEndpoints`,
        body: { location: "eastus" },
      },
      {
        file: "m.yml",
        kind: "model",
        name: "m",
        version: "3",
        resourceType: `${type}/models/versions`,
        body: { properties: { modelUri: "https://account/m" } },
      },
      {
        kind: "batchDeployment",
        body: {
          properties: {
            compute: `${workspace}/computes/compute`,
            model: { assetId: `${workspace}/models/m/versions/1` },
          },
        },
      },
      {
        kind: "onlineDeployment",
        name: "blue",
        body: { properties: { model: `${workspace}/models/m/versions/latest` } },
      },
    ]);
  });

  test("takes flags for all of it", () => {
    const flags = "--subscription S --resource-group R --workspace W --location L --name other --compute big";
    const { lines } = render({ "a.yml": ENDPOINT, "b.yml": BATCH }, ...flags.split(" "), "a.yml", "b.yml");
    expect(lines).toMatchObject([
      { name: "other", body: { location: "L" } },
      {
        name: "bat",
        body: {
          properties: {
            compute:
              "/subscriptions/S/resourceGroups/R/providers/Microsoft.MachineLearningServices/workspaces/W/computes/big",
          },
        },
      },
    ]);
  });

  test("goes on after a file that is refused, and fails at the end", () => {
    const files = {
      "a.yml": `${ENDPOINT}traffic: {blue: 1}\nname: x\n`,
      "b.yml": MODEL,
      "c.yml": schema("outboundRule"),
    };
    const { code, lines } = render(files, "a.yml", "b.yml", "c.yml", "no.yml");
    expect(code).toBe(1);
    expect(lines).toMatchObject([
      {
        file: "a.yml",
        kind: "onlineEndpoint",
        error:
          'a.yml:3:1: traffic: percentages sum to 1; allowed: a sum of 0 or 100\na.yml:4:1: name: found "x"; allowed: 3 to 32 letters, digits and single dashes, a letter first, no dash last',
      },
      { file: "b.yml", kind: "model" },
      {
        file: "c.yml",
        kind: null,
        error:
          "c.yml:1:1: $schema: outboundRule is recognised and not read: an outbound rule is made by flags, from no file; allowed: managed_network.outbound_rules of a workspace",
      },
      { file: "no.yml", kind: null, error: expect.stringMatching(/^cannot be read: .*ENOENT/) },
    ]);
  });

  test.each([[[]], [["--nonsense", "a.yml"]]])("with %j says how it is used", (args) => {
    const { code, lines, stderr } = render({}, ...args);
    expect([code, lines]).toEqual([2, []]);
    expect(stderr).toContain("usage: npm run -s render");
  });

  test("is a script of the project", () => {
    const root = new URL("../../", import.meta.url);
    const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
      scripts: { render: string };
    };
    const [command, ...args] = [...scripts.render.split(" "), "workloads/diabetes/model.yml"];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    expect([command, status]).toEqual(["node", 0]);
    expect(JSON.parse(stdout)).toMatchObject({
      file: "workloads/diabetes/model.yml",
      kind: "model",
      name: "diabetes",
    });
  });
});
