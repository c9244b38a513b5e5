/** Azure Monitor's metrics API over what was measured. */
import { describe, expect, test } from "@jest/globals";
import { RequestSeries } from "@azure-ml-as-code/local/serving/metrics.ts";
import { parseFilter } from "@azure-ml-as-code/local/cloud/arm/monitor/query.ts";
import { endpointBody, onlineBody, withAssets } from "../../../support/arm.ts";

const MINUTE = 60_000;
const T0 = Date.UTC(2026, 0, 1, 12);
const iso = (ms: number) => new Date(ms).toISOString();

async function measured() {
  let time = T0;
  const azure = await withAssets({ now: () => new Date(T0 + 30 * MINUTE) });
  const E = `${azure.W}/onlineEndpoints/flower`;
  await azure.done("PUT", E, endpointBody());
  const series: Record<string, RequestSeries> = {};
  for (const name of ["blue", "green"]) {
    await azure.done("PUT", `${E}/deployments/${name}`, onlineBody(azure.W));
    series[`${E}/deployments/${name}`.toLowerCase()] = new RequestSeries(() => time);
  }
  const [blue, green] = Object.values(series) as [RequestSeries, RequestSeries];
  for (let i = 1; i <= 100; i++) blue.record(200, i);
  green.record(200, 7);
  green.record(424, 9);
  time += MINUTE;
  blue.record(200, 50);
  azure.serving.requestMinutes = (id) => series[id]?.minutes() ?? [];
  const get = async (query: Record<string, string>, id = E) => {
    const asked = new URLSearchParams({
      "api-version": "2023-10-01",
      timespan: `${iso(T0)}/${iso(T0 + 10 * MINUTE)}`,
      ...query,
    });
    return azure.call("GET", `${id}/providers/Microsoft.Insights/metrics?${asked.toString()}`);
  };
  return { azure, E, get };
}
interface Series {
  readonly metadatavalues: readonly { name: { value: string }; value: string }[];
  readonly data: readonly Record<string, unknown>[];
}
const seriesOf = (body: { readonly value: readonly unknown[] }, index = 0) =>
  Object.fromEntries(
    (body.value[index] as { timeseries: readonly Series[] }).timeseries.map(({ metadatavalues, data }) => [
      metadatavalues.map(({ name, value }) => `${name.value}=${value}`).join(),
      data,
    ]),
  );

test("requests by deployment and status, a point a minute", async () => {
  const { azure, E, get } = await measured();
  const split = { metricnames: "RequestsPerMinute", $filter: "deployment eq 'GREEN' and statusCode eq '*'" };
  const { status, body } = await get(split);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    timespan: "2026-01-01T12:00:00Z/2026-01-01T12:10:00Z",
    interval: "PT1M",
    namespace: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
    resourceregion: "westeurope",
    value: [
      {
        id: `${E}/providers/Microsoft.Insights/metrics/RequestsPerMinute`,
        type: "Microsoft.Insights/metrics",
        name: { value: "RequestsPerMinute" },
        unit: "Count",
        errorCode: "Success",
      },
    ],
  });
  const point = { timeStamp: "2026-01-01T12:00:00Z", average: 1 };
  expect(seriesOf(body)).toEqual({
    "deployment=green,statuscode=200": [point],
    "deployment=green,statuscode=424": [point],
  });
  const whole = await get({ metricnames: "RequestsPerMinute", aggregation: "Total,Count" });
  expect(seriesOf(whole.body)).toEqual({
    "": [
      { timeStamp: "2026-01-01T12:00:00Z", total: 102, count: 102 },
      { timeStamp: "2026-01-01T12:01:00Z", total: 1, count: 1 },
    ],
  });
  const coarse = await get({ metricnames: "RequestsPerMinute", interval: "PT5M" });
  expect(seriesOf(coarse.body)).toEqual({ "": [{ timeStamp: "2026-01-01T12:00:00Z", average: 103 / 5 }] });
  await azure.cloud.close();
});

test("latencies by percentile; classes of status; what lies outside of the timespan does not count", async () => {
  const { azure, get } = await measured();
  const p = await get({
    metricnames: "RequestLatency_P50,RequestLatency_P99,RequestLatency",
    $filter: "deployment eq 'blue'",
    timespan: `${iso(T0)}/${iso(T0 + MINUTE)}`,
  });
  const at = (index: number) => seriesOf(p.body, index)["deployment=blue"]?.[0]?.["average"];
  expect([at(0), at(1), at(2)]).toEqual([50, 99, 50.5]);
  const classes = await get({ metricnames: "RequestsPerMinute", $filter: "statusCodeClass eq '*'" });
  expect(Object.keys(seriesOf(classes.body)).sort()).toEqual(["statuscodeclass=2xx", "statuscodeclass=4xx"]);
  const later = await get({ timespan: `${iso(T0 + 5 * MINUTE)}/${iso(T0 + 9 * MINUTE)}` });
  expect(seriesOf(later.body)).toEqual({});
  await azure.cloud.close();
});

test("definitions name what can be asked for; what cannot is refused", async () => {
  const { azure, E, get } = await measured();
  const { body } = await azure.call(
    "GET",
    `${E}/providers/Microsoft.Insights/metricDefinitions?api-version=2018-01-01`,
  );
  expect(body.value.map(({ name }) => (name as unknown as { value: string }).value)).toContain(
    "RequestLatency_P95",
  );
  for (const [query, message] of [
    [{ metricnames: "Nope" }, /Failed to find metric configuration for metric: Nope/],
    [{ metricnames: "RequestLatency", $filter: "statusCode eq '*'" }, /does not support requested dimension/],
    [{ interval: "PT1S" }, /invalid time grain/],
    [{ aggregation: "Median" }, /'median' is none of/],
    [{ timespan: "yesterday/today" }, /no pair of ISO 8601 times/],
    [{ $filter: "deployment eq 'a' or statusCode eq '1'" }, /'or' cannot separate different dimensions/],
  ] as const) {
    const { status, body: answer } = await get(query);
    expect([status, answer.error.message]).toEqual([400, expect.stringMatching(message)]);
  }
  expect((await get({}, `${E}x`)).status).toBe(404);
  expect((await get({}, azure.W)).status).toBe(400);
  await azure.cloud.close();
});

describe("parseFilter", () => {
  test.each([
    ["", []],
    ["A eq 'x'", [{ dimension: "A", values: ["x"] }]],
    [
      "A eq 'x' and (B eq 'Y' or b eq 'o''z') and C eq '*'",
      [
        { dimension: "A", values: ["x"] },
        { dimension: "B", values: ["y", "o'z"] },
        { dimension: "C", values: ["*"] },
      ],
    ],
  ])("%s", (text, filters) => {
    expect(parseFilter(text)).toEqual(filters);
  });
});
