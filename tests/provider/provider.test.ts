import { describe, expect, test } from "@jest/globals";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { UNKNOWN } from "@azure-ml-as-code/protocol/values.ts";
import { call, makeProvider, PLAIN } from "./support/calls.ts";

const provider = makeProvider({ env: {} });

describe("the provider", () => {
  test.each<[string, PropertyMap, string[]]>([
    ["nothing", {}, []],
    ["its two settings", { armEndpoint: "https://arm.example", subscriptionId: "s" }, []],
    ["what is not known yet", { armEndpoint: UNKNOWN }, []],
    ["what engines add", { version: "1.0.0", __internal: {} }, []],
    ["a misspelt setting", { subscriptionID: "s" }, ["subscriptionID"]],
    ["an endpoint without TLS", { armEndpoint: "http://arm.example" }, ["armEndpoint"]],
  ])("config: %s", async (_what, news, properties) => {
    const { failures = [] } = await provider.checkConfig!(news);
    expect(failures.map(({ property }) => property)).toEqual(properties);
  });

  test("names what it has when it is asked for something else", async () => {
    const request = { ...call("Uplaod"), ...PLAIN, news: {} };
    await expect(provider.check(request)).rejects.toThrow(
      /no resource type azureml:index:Uplaod; it has azureml:index:Upload,/,
    );
  });

  test("does not mind being cancelled when idle", async () => {
    await provider.cancel!();
    const { failures } = await provider.check({ ...call("WorkspacePurge"), ...PLAIN, news: {} });
    expect(failures).toHaveLength(2);
  });
});
