import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Provider } from "@azure-ml-as-code/protocol/provider.ts";
import type { PropertyMap } from "@azure-ml-as-code/protocol/values.ts";
import { ensureTls } from "../../../local/cloud/ca.ts";
import { TestAzure, WORKSPACE } from "../support/azure.ts";
import { call, makeProvider, PLAIN, tempFolder } from "../support/calls.ts";

const folder = tempFolder();
const SCHEDULE = `${WORKSPACE}/schedules/nightly`;
const it = { ...call("ScheduleSwitch"), ...PLAIN };
const news = { scheduleId: SCHEDULE };
let azure: TestAzure;
let provider: Provider;

beforeAll(async () => {
  azure = await new TestAzure(await ensureTls(folder.path)).start();
});
afterAll(async () => {
  await azure.stop();
  folder.remove();
});
beforeEach(() => {
  azure.resources.clear();
  azure.requests.length = 0;
  azure.set(SCHEDULE, {
    id: SCHEDULE,
    location: "westeurope", // which the test's Azure wants of all that is written
    properties: { isEnabled: true, trigger: { triggerType: "Cron" }, provisioningState: "Succeeded" },
  });
  provider = makeProvider({ env: azure.env });
});
const properties = () => azure.get(SCHEDULE)!["properties"] as PropertyMap;

describe("ScheduleSwitch", () => {
  test("leaves a schedule alone as long as it is there", async () => {
    expect(await provider.create({ ...it, properties: news })).toEqual({ id: SCHEDULE, properties: news });
    expect(await provider.read({ ...it, id: SCHEDULE })).toMatchObject({ id: SCHEDULE, inputs: news });
    expect(azure.writes()).toEqual([]);
  });

  test("turns the schedule off when it goes, and nothing else of it", async () => {
    await provider.delete({ ...it, id: SCHEDULE, properties: news });
    expect(properties()).toMatchObject({ isEnabled: false, trigger: { triggerType: "Cron" } });
    await provider.delete({ ...it, id: SCHEDULE, properties: news });
    expect(azure.writes()).toHaveLength(1);
  });

  test("goes with its schedule", async () => {
    azure.resources.clear();
    await provider.delete({ ...it, id: SCHEDULE, properties: news });
    expect(await provider.read({ ...it, id: SCHEDULE })).toEqual({ id: "", inputs: {}, properties: {} });
  });

  test("wants the id of a schedule, and is another one for another id", async () => {
    const checked = await provider.check({ ...it, news: { scheduleId: `${WORKSPACE}/jobs/nightly` } });
    expect(checked.failures).toEqual([
      { property: "scheduleId", reason: "must be the ARM id of a schedule" },
    ]);
    const diff = await provider.diff({
      ...it,
      id: SCHEDULE,
      oldInputs: news,
      news: { scheduleId: `${WORKSPACE}/schedules/weekly` },
    });
    expect(diff).toMatchObject({ changes: true, replaces: ["scheduleId"] });
  });
});
