/**
 * The studio page in a real browser, before the real ARM and front door; only the models are stand-ins.
 * `STUDIO_SCREENSHOT=docs/images/studio.png npm run prove:quick -- page` draws the README's picture again.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createClient } from "@azure-ml-as-code/local/client/ask.ts";
import type { BatchSummary } from "@azure-ml-as-code/local/contracts.ts";
import { createStudio } from "@azure-ml-as-code/local/studio/studio.ts";
import type { Studio } from "@azure-ml-as-code/local/studio/studio.ts";
import { IDENTITY, onlineBody } from "../../support/arm.ts";
import { chromium, launch } from "../../support/browser.ts";
import type { Browser, Page } from "../../support/browser.ts";
import { servingCloud } from "../../support/serving-cloud.ts";
import type { ServingCloud } from "../../support/serving-cloud.ts";

const picture = process.env["STUDIO_SCREENSHOT"];
if (chromium === undefined)
  console.warn(
    "The studio page is not tested: no chromium on PATH (Debian, Ubuntu: apt-get install chromium).",
  );

const ENDPOINT = "breast-cancer";
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
let folder: string;
let azure: ServingCloud;
let studio: Studio;
let browser: Browser;
let page: Page;
let endpointId: string;
/** Ends the batch run. */
let finish: (summary: BatchSummary) => void;

const traffic = async (map: Record<string, number>, mirrorTraffic: Record<string, number> = {}) => {
  const properties = { authMode: "Key", traffic: map, mirrorTraffic };
  const { status } = await azure.done("PUT", endpointId, { location: "westeurope", properties });
  expect(status).toBe(200);
};
const find = (selector: string) => `document.querySelector(${JSON.stringify(selector)})`;
/** How much of the bar is green, as it is drawn at this moment. */
const SHARE = `((bar) => bar(1) / (bar(0) + bar(1)))((color) => document.querySelector(\`.bar-part[data-color="\${color}"]\`).getBoundingClientRect().width)`;

beforeAll(async () => {
  if (chromium === undefined) return;
  folder = await mkdtemp(join(tmpdir(), "studio-"));
  azure = await servingCloud(folder);
  azure.answer = ({ deployment }) => ({
    status: 200,
    body: { predicted: [0, 0, 1], by: deployment },
    delayMs: deployment === "green" ? 6 : 9,
  });
  endpointId = `${azure.W}/onlineEndpoints/${ENDPOINT}`;
  await azure.done("PUT", endpointId, { location: "westeurope", properties: { authMode: "Key" } });
  await azure.done("PUT", `${endpointId}/deployments/blue`, onlineBody(azure.W));
  await traffic({ blue: 100 });
  const { tokens } = azure;
  const credential = {
    getToken: async (scopes: string | string[]) => ({
      token: await tokens.issue({
        aud: [scopes].flat()[0]!.replace(/\/\.default$/, ""),
        oid: IDENTITY.objectId,
        appid: IDENTITY.clientId,
      }),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  };
  studio = await createStudio({
    port: 0,
    subscriptionId: IDENTITY.subscriptionId,
    client: createClient({ urls: azure.urls, credential, ca: azure.ca }),
    samples: () => Promise.resolve({ [ENDPOINT]: '{"input_data": [[17.99, 10.38], [20.57, 17.77]]}' }),
    log: quiet,
  });
  browser = await launch(chromium);
  page = await browser.open(studio.url, { width: 1280, height: 1010 });
  await page.evaluate(
    "new PerformanceObserver((list) => (window.shifts ??= []).push(...list.getEntries().filter((one) => !one.hadRecentInput).map((one) => one.value))).observe({ type: 'layout-shift', buffered: true })",
  );
});
afterAll(async () => {
  if (chromium === undefined) return;
  await browser.close();
  await studio.close();
  await azure.close();
  await rm(folder, { recursive: true, force: true });
});

(chromium === undefined ? describe.skip : describe)("the studio page", () => {
  test("shows an endpoint with its traffic, and a sample request that it answers", async () => {
    await page.until(`${find(".bar")}?.ariaLabel === "Traffic: blue 100 %"`);
    await page.until(`${find("textarea")}.value.includes("17.99")`);
    await page.evaluate(`${find("form.test")}.requestSubmit()`);
    await page.until(`${find(".status-code")}.textContent === "200"`);
    expect(await page.evaluate(`${find(".chip")}.textContent`)).toBe("blue");
    expect(await page.evaluate(`${find(".answer")}.textContent`)).toContain('"predicted"');
  });

  test("moves the bar while a release goes on, and tells screen readers", async () => {
    await azure.done("PUT", `${endpointId}/deployments/green`, onlineBody(azure.W));
    await page.until(`document.querySelectorAll(".bar-part").length === 2`);
    await traffic({ blue: 90, green: 10 });
    await page.until(`${find(".bar")}.ariaLabel === "Traffic: blue 90 %, green 10 %"`);
    await page.until(`Math.abs(${SHARE} - 0.1) < 0.01`);
    await traffic({ blue: 50, green: 50 });
    await page.until(`Math.abs(${SHARE} - 0.5) < 0.01`);
    expect(await page.evaluate(`${find("#announcements")}.textContent`)).toBe(
      `Traffic of ${ENDPOINT}: blue 50 %, green 50 %`,
    );
    await page.until(`document.querySelectorAll(".history-plot rect").length >= 4`);
    await azure.score(ENDPOINT, "green");
    await page.until(`document.querySelectorAll("td[data-head=Requests]")[1].textContent !== "0"`);
  });

  test("follows a batch job by its mini-batches", async () => {
    const { W, serving } = azure;
    let done = 0;
    const counts = () => ({ items: done * 10, succeeded: done * 10, failed: 0, miniBatches: done });
    serving.batchProgress = (job) =>
      job === serving.runs.at(-1)?.job ? { ...counts(), planned: 40 } : undefined;
    serving.onBatch = () => new Promise((resolve) => (finish = resolve));
    const batch = `${W}/batchEndpoints/breast-cancer-batch`;
    const ended = [
      await azure.done("PUT", batch, { location: "westeurope", properties: { authMode: "AADToken" } }),
      await azure.done("PUT", `${batch}/deployments/classifier`, {
        location: "westeurope",
        properties: {
          model: { referenceType: "Id", assetId: `${W}/models/flower/versions/1` },
          compute: `${W}/computes/cpu`,
          miniBatchSize: 10,
          resources: { instanceCount: 2 },
        },
      }),
    ];
    expect(ended.map(({ status }) => status)).toEqual([200, 200]);
    const caller = { aud: "", iss: "", exp: 0, oid: IDENTITY.objectId };
    const input = { rows: { jobInputType: "UriFolder", uri: `${W}/data/rows/versions/1` } };
    await azure.cloud.batchJobs.submit(
      "breast-cancer-batch",
      "classifier",
      { properties: { inputData: input } },
      caller,
    );
    await page.until(`${find('[role="progressbar"]')}?.ariaValueMax === "40"`);
    done = 26;
    await page.until(`${find('[role="progressbar"]')}.ariaValueNow === "26"`);
    expect(await page.evaluate(`${find(".job")}.innerText`)).toContain("26 of 40 mini-batches");
    if (picture !== undefined) await drawPicture(picture);
    done = 40;
    finish(counts());
    await page.until(`${find(".job .pill")}.textContent === "Completed"`);
  });

  test("shows logs by deployment and container, and follows them", async () => {
    let lines = "loaded the model";
    azure.serving.logs = (id, container) =>
      Promise.resolve(`${id.split("/").at(-1)!} ${container}: ${lines}`);
    await page.evaluate(`${find('[aria-label="Logs of green"]')}.click()`);
    await page.until(`${find(".log")}.textContent === "green InferenceServer: loaded the model"`);
    lines = "scored";
    await page.until(`${find(".log")}.textContent === "green InferenceServer: scored"`);
    await page.evaluate(
      `(${find('select[aria-label="Container"]')}.value = "storage-initializer", ${find('select[aria-label="Container"]')}.dispatchEvent(new Event("change")))`,
    );
    await page.until(`${find(".log")}.textContent === "green StorageInitializer: scored"`);
  });

  test("lists the resources of the stage, and finds one", async () => {
    await page.evaluate(`(${find("#resources")}.open = true)`);
    await page.until(`${find(".resources")}.textContent.includes("flower")`);
    await page.evaluate(
      `(${find("#resources input")}.value = "environments/versions", ${find("#resources input")}.dispatchEvent(new Event("input")))`,
    );
    await page.until(`document.querySelectorAll(".resources h4").length === 1`);
  });

  test("goes by the keyboard, names every control, and keeps still", async () => {
    await page.evaluate(`${find('[role="tab"][aria-selected="true"]')}.focus()`);
    await page.press("Home");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Test");
    await page.press("ArrowLeft");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Use it");
    await page.press("ArrowRight");
    await page.press("Tab");
    expect(await page.evaluate("document.activeElement.ariaLabel")).toBe("Deployment to ask");
    const unnamed = await page.evaluate<string[]>(
      `[...document.querySelectorAll("button, select, textarea, input")].filter((one) => !(one.ariaLabel || one.textContent.trim() || one.labels?.length)).map((one) => one.outerHTML)`,
    );
    expect(unnamed).toEqual([]);
    const shifts = await page.evaluate<number[]>("window.shifts ?? []");
    // New endpoints and jobs push what is below them; nothing else moves.
    expect(Math.max(0, ...shifts)).toBeLessThan(0.25);
  });

  test("has letters that stand out in light and dark", async () => {
    for (const scheme of ["light", "dark"]) {
      await page.prefer({ "prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce" });
      const faint = await page.evaluate<string[]>(CONTRAST);
      expect([scheme, ...faint]).toEqual([scheme]);
    }
  });

  test("says when the local Azure does not answer, asked of nobody else and without an error of its own", async () => {
    expect(page.problems).toEqual([]);
    const hosts = await page.evaluate<string[]>(
      `[...new Set(performance.getEntriesByType("resource").map(({ name }) => new URL(name).origin))]`,
    );
    expect(hosts).toEqual([studio.url]);
    await studio.close();
    await page.until(`${find("#status")}.dataset.state === "trouble"`);
  });
});

test("another site can't use the page's sign-in", async () => {
  const client = createClient({
    urls: { cloud: "", frontDoor: "", blob: "" },
    credential: { getToken: () => Promise.resolve(null) },
    ca: "",
  });
  const own = await createStudio({ port: 0, subscriptionId: "s", client, log: quiet });
  try {
    const post = (headers: Record<string, string>) =>
      fetch(`${own.url}/api/score`, { method: "POST", body: "{}", headers });
    expect((await post({ "content-type": "application/json" })).status).toBe(403);
    expect((await post({ "content-type": "application/json", "x-studio": "1" })).status).toBe(400);
    const answer = await fetch(own.url);
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'self'");
  } finally {
    await own.close();
  }
});

/** Texts whose colour is too near to what is behind them (WCAG 2.2, 1.4.3: 4.5 to 1). */
const CONTRAST = `(() => {
  const rgb = (color) => { const canvas = new OffscreenCanvas(1, 1).getContext("2d"); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = (color) => { const [r, g, b] = color.map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (node) => { for (let one = node; one; one = one.parentElement) { const color = rgb(getComputedStyle(one).backgroundColor); if (color[3] > 200) return color; } return [255, 255, 255]; };
  return [...document.querySelectorAll("main *")].filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) && node.checkVisibility()).flatMap((node) => {
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return ratio < 4.5 ? [ratio.toFixed(2) + " " + node.className + " " + node.textContent.slice(0, 40)] : [];
  });
})()`;

/** In the middle of a shift, with traffic on both sides. */
async function drawPicture(file: string): Promise<void> {
  await traffic({ blue: 90, green: 10 });
  const pause = new AbortController();
  const asking = (async () => {
    while (!pause.signal.aborted) {
      await azure.score(ENDPOINT);
      await delay(20 + 60 * Math.random());
    }
  })();
  for (const [weight, samples] of [
    [10, 12],
    [25, 20],
    [50, 28],
  ] as const) {
    await traffic({ blue: 100 - weight, green: weight });
    await page.until(`document.querySelectorAll(".spark polyline")[1].points.length > ${samples}`);
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, await page.screenshot());
  pause.abort();
  await asking;
}
