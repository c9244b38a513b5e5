/** The table against the SDK that programs use: `@pulumi/azure-native`, as it lies in node_modules. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import {
  functionType,
  resourceType,
  TYPES,
} from "@azure-ml-as-code/local/providers/azure-native/table/index.ts";
import { FUNCTIONS } from "@azure-ml-as-code/local/providers/azure-native/table/functions.ts";
import { pathParameters } from "@azure-ml-as-code/local/providers/azure-native/types.ts";
import { naming } from "@azure-ml-as-code/local/providers/azure-native/naming.ts";

const SDK = new URL("../../../../node_modules/@pulumi/azure-native/", import.meta.url);

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** The source of a class or function of the SDK. */
function source(token: string): string {
  const [module = "", name = ""] = token.split(":");
  const file = new URL(`${module}/${lowerFirst(name)}.js`, SDK);
  expect(existsSync(file)).toBe(true);
  return readFileSync(file, "utf8");
}

/** What the constructor sends (`inputs`) and what it expects back. */
function properties(token: string): { inputs: string[]; outputs: string[]; text: string } {
  const text = source(token);
  const constructor = text.slice(text.indexOf("constructor("), text.indexOf("\n        else {"));
  const found = [...constructor.matchAll(/resourceInputs\["(\w+)"\] = (undefined \/\*out\*\/)?/g)];
  return {
    text,
    inputs: found.filter(([, , out]) => !out).map(([, name]) => name!),
    outputs: found.filter(([, , out]) => out).map(([, name]) => name!),
  };
}

const own = (parameters: string[]) => parameters.filter((name) => name !== "subscriptionId");
const topLevel = (path: string) => path.split(".")[0]!;
/** Answers of the service that the SDK has no word for. */
const NOT_IN_SDK = ["Name", "tenantId"];

describe.each(TYPES.map((type) => [type.token, type] as const))("%s", (token, type) => {
  const { inputs, outputs, text } = properties(token);

  test("is the SDK's type, at the SDK's API version", () => {
    expect(text).toContain(`__pulumiType = 'azure-native:${token}'`);
    expect(/Uses Azure REST API version ([\w-]+)/.exec(text)?.[1]).toBe(type.apiVersion);
  });

  test("takes its id, its query and its replacements from inputs that the SDK has", () => {
    expect(inputs).toEqual(expect.arrayContaining(own(pathParameters(type.path))));
    expect(inputs).toEqual(expect.arrayContaining([...Object.keys(type.query ?? {})]));
    expect(inputs).toEqual(expect.arrayContaining((type.forceNew ?? []).map(topLevel)));
    expect(inputs).toEqual(expect.arrayContaining((type.subResources ?? []).map(topLevel)));
    expect(inputs.includes("location") && token !== "keyvault:Secret").toBe(type.location !== undefined);
  });

  test("has as computed what the SDK has as outputs", () => {
    const computed = (type.computed ?? []).filter((path) => !path.includes("."));
    const unknown = computed.filter((name) => !outputs.includes(name) && !NOT_IN_SDK.includes(name));
    expect(unknown.filter((name) => name !== "eTag")).toEqual([]);
    const set = new Set([
      ...computed,
      "name",
      "type",
      "systemData",
      "azureApiVersion",
      "etag",
      "provisioningState",
    ]);
    expect(outputs.filter((name) => !set.has(name) && !inputs.includes(name))).toEqual([]);
  });

  test("asks the program for a name only where the SDK does", () => {
    const required = [...text.matchAll(/Missing required property '(\w+)'/g)].map(([, name]) => name);
    expect(required).not.toContain(pathParameters(type.path).at(-1));
  });
});

describe.each(FUNCTIONS.map((call) => [call.token, call] as const))("%s", (token, call) => {
  test("is a function of the SDK, with the arguments that its URL needs", () => {
    const text = source(token);
    expect(text).toContain(`"azure-native:${token}"`);
    for (const name of [...own(pathParameters(call.path)), ...Object.keys(call.query ?? {})])
      expect(text).toContain(`"${name}": args.`);
  });
});

test("names are made as azure-native makes them", () => {
  const ways = Object.fromEntries(TYPES.map((type) => [type.token, naming(type)]));
  expect(ways).toMatchObject({
    "resources:ResourceGroup": "random",
    "storage:StorageAccount": "random",
    "storage:BlobContainer": "copy",
    "machinelearningservices:Workspace": "random",
    "machinelearningservices:OnlineEndpoint": "random",
    "machinelearningservices:BatchEndpoint": "random",
    "machinelearningservices:OnlineDeployment": "copy",
    "machinelearningservices:BatchDeployment": "copy",
    "machinelearningservices:Compute": "copy",
    "authorization:RoleAssignment": "uuid",
    "monitor:DiagnosticSetting": "copy",
  });
});

test("a token of another API version, or of a type that is not in the table, is refused with what to do", () => {
  expect(() => resourceType("azure-native:machinelearningservices/v20240401:Workspace")).toThrow(
    /names an API version; .* use machinelearningservices's own/,
  );
  expect(() => resourceType("azure-native:compute:VirtualMachine")).toThrow(
    /not one that the local azure-native offers/,
  );
  expect(() => functionType("azure-native:compute:getVirtualMachine")).toThrow(
    /function 'azure-native:compute:getVirtualMachine'/,
  );
  expect(functionType("azure-native:machinelearningservices:getWorkspace").method).toBe("GET");
});
