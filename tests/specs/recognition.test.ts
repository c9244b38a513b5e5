/** Which kind a file is, and what is no document at all. */
import { describe, expect, test } from "@jest/globals";
import { parseText, problemsOf, schema } from "./folder.ts";

describe("recognition", () => {
  test.each([
    [
      "in any letters",
      "$schema: http://x/MANAGEDonlineENDPOINT.schema.json\nname: my-endpoint\n",
      "onlineEndpoint",
    ],
    ["from a folder", "$schema: ./schemas/batchEndpoint.schema.json\nname: my-endpoint\n", "batchEndpoint"],
    [
      "by its type, where its schema file is of another in the family",
      `${schema("pipelineComponent")}name: c\ntype: command\ncommand: a\nenvironment: azureml:e:1\n`,
      "commandComponent",
    ],
    [
      "a datastore by its type",
      `${schema("azureFile")}name: d\ntype: azure_blob\naccount_name: acc\ncontainer_name: con\n`,
      "azureBlob",
    ],
    ["an online endpoint by its traffic", "name: my-endpoint\ntraffic: {}\n", "onlineEndpoint"],
    ["an online endpoint by its sign-in", "name: my-endpoint\nauth_mode: key\n", "onlineEndpoint"],
    [
      "a batch endpoint by its default",
      "name: my-endpoint\ndefaults: {deployment_name: abc}\n",
      "batchEndpoint",
    ],
    [
      "an online deployment",
      "name: blue\nendpoint_name: my-endpoint\ninstance_type: x\n",
      "onlineDeployment",
    ],
    ["a batch deployment", "name: bat\nendpoint_name: my-batch\ncompute: azureml:cpu\n", "batchDeployment"],
    ["a model", "name: m\ntype: mlflow_model\npath: model\n", "model"],
    ["data", "name: d\ntype: uri_folder\npath: src\n", "data"],
    ["an environment", "name: e\nimage: a\n", "environment"],
    ["a cluster", "name: cpu\ntype: amlcompute\n", "amlCompute"],
    ["a datastore", "name: d\ntype: azure_blob\naccount_name: acc\ncontainer_name: con\n", "azureBlob"],
  ])("%s", (_, text, kind) => {
    const { document, problems } = parseText(text);
    expect(problems).toEqual([]);
    expect(document?.kind).toBe(kind);
  });

  test.each([
    [
      "a kind of later",
      `${schema("outboundRule")}name: x\n`,
      "1:1 $schema: outboundRule is recognised and not read: an outbound rule is made by flags, from no file; allowed: managed_network.outbound_rules of a workspace",
    ],
    [
      "a misspelt schema",
      `${schema("managedOnlineEndpiont")}name: x\n`,
      '1:1 $schema: unknown schema "managedOnlineEndpiont"; did you mean "managedOnlineEndpoint"?',
    ],
    [
      "nothing that tells",
      "name: x\n",
      "1:1 not a known kind of document: nothing in it tells what it is; a $schema line says what it is",
    ],
    ["a list", "- a\n", '1:1 found ["a"]; allowed: a mapping, as every CLI v2 document is'],
    ["an empty file", "", "1:1 found null; allowed: a mapping, as every CLI v2 document is"],
    ["no YAML", "a: [\n", /^\d:\d not YAML: /],
    ["a tag", "a: !!python/object:os.system x\n", /^1:4 not plain YAML: Unresolved tag/],
    [
      "an alias bomb",
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(10)}]\nc: &c [${"*b,".repeat(10)}]\nd: [${"*c,".repeat(10)}]\n`,
      /^1:1 not usable YAML: Excessive alias count/,
    ],
    ["a deep nest", "[".repeat(10_000), "1:1 nested more than 100 levels deep"],
    ["a huge file", "a".repeat(2_000_000), "1:1 2000000 characters; allowed: at most 1048576"],
  ])("%s is refused", (_, text, expected) => {
    const problems = problemsOf(text);
    if (typeof expected === "string") expect(problems).toEqual([expected]);
    else expect(problems[0]).toMatch(expected);
  });
});
