/** Headless Chromium, driven over its DevTools protocol by Node's own WebSocket. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Names of the browser on Debian and others; `CHROMIUM` names another. */
const NAMES = [process.env["CHROMIUM"], "chromium", "chromium-browser", "google-chrome"];
const PATIENCE_MS = 20_000;

/** The command of a browser on this machine; `undefined` where there is none. */
export const chromium: string | undefined = NAMES.find((name) => {
  try {
    return name !== undefined && execFileSync(name, ["--version"], { stdio: "pipe" }).length > 0;
  } catch {
    return false; // not there
  }
});

type Json = Record<string, unknown>;

export interface Page {
  /** The value of an expression in the page; promises are waited for. */
  evaluate<T = unknown>(expression: string): Promise<T>;
  /** Asks again until the expression is true. */
  until(expression: string): Promise<void>;
  /** Presses a key such as `Tab` or `ArrowRight`, as a keyboard would. */
  press(key: string): Promise<void>;
  /** PNG of the window. */
  screenshot(): Promise<Buffer>;
  /** What the browser was told that the person prefers. */
  prefer(features: Readonly<Record<string, string>>): Promise<void>;
  /** Errors of scripts, refused contents and failed requests so far. */
  readonly problems: readonly string[];
}

export interface Browser {
  open(url: string, size?: { width: number; height: number }): Promise<Page>;
  close(): Promise<void>;
}

async function eventually<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const found = await ask();
    if (found !== undefined && found !== false) return found;
    await delay(50);
  }
  throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what}`);
}

export async function launch(command: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), "chromium-"));
  const flags = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
  ];
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  const args = [...flags, ...quiet, "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"];
  const child = spawn(command, args, { stdio: "ignore" });
  const gone = new Promise<void>((resolve) =>
    child.once("exit", () => {
      resolve();
    }),
  );
  const [port, path] = await eventually("the browser tells its port", async () => {
    const lines = await readFile(join(profile, "DevToolsActivePort"), "utf8").catch(() => "");
    const told = lines.split("\n");
    return told.length > 1 && (told as [string, string]);
  });
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });

  let number = 0;
  const waiting = new Map<number, PromiseWithResolvers<Json>>();
  const listeners = new Map<string, (method: string, params: Json) => void>();
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as {
      id?: number;
      sessionId?: string;
      method?: string;
      params?: Json;
      result?: Json;
      error?: { message: string };
    };
    const asked = message.id === undefined ? undefined : waiting.get(message.id);
    if (asked) {
      waiting.delete(message.id!);
      if (message.error) asked.reject(new Error(message.error.message));
      else asked.resolve(message.result ?? {});
    } else if (message.method) listeners.get(message.sessionId ?? "")?.(message.method, message.params ?? {});
  });
  const send = (method: string, params: Json = {}, sessionId?: string): Promise<Json> => {
    const id = ++number;
    const answer = Promise.withResolvers<Json>();
    waiting.set(id, answer);
    socket.send(JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) }));
    return answer.promise;
  };

  return {
    async open(url, { width, height } = { width: 1280, height: 900 }) {
      const { targetId } = await send("Target.createTarget", { url: "about:blank" });
      const attached = await send("Target.attachToTarget", { targetId, flatten: true });
      const session = attached["sessionId"] as string;
      const tell = (method: string, params: Json = {}) => send(method, params, session);
      const problems: string[] = [];
      listeners.set(session, (method, params) => {
        if (method === "Runtime.exceptionThrown") problems.push(JSON.stringify(params["exceptionDetails"]));
        if (method === "Log.entryAdded" && (params["entry"] as Json)["level"] === "error")
          problems.push(JSON.stringify(params["entry"]));
      });
      await tell("Runtime.enable");
      await tell("Log.enable");
      await tell("Page.enable");
      await tell("Emulation.setDeviceMetricsOverride", {
        width,
        height,
        deviceScaleFactor: 1,
        mobile: false,
      });
      await tell("Page.navigate", { url });

      const evaluate = async <T>(expression: string): Promise<T> => {
        const { result, exceptionDetails } = (await tell("Runtime.evaluate", {
          expression,
          awaitPromise: true,
          returnByValue: true,
        })) as { result: { value: T }; exceptionDetails?: Json };
        if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
        return result.value;
      };
      return {
        problems,
        evaluate,
        until: async (expression) => {
          await eventually(
            expression,
            () => evaluate<boolean>(`Boolean(${expression})`).catch(() => false), // the page is still on its way
          );
        },
        async press(key) {
          const text = key === "Enter" ? { text: "\r" } : {};
          await tell("Input.dispatchKeyEvent", { type: "keyDown", key, code: key, ...keyCode(key), ...text });
          await tell("Input.dispatchKeyEvent", { type: "keyUp", key, code: key, ...keyCode(key) });
        },
        async screenshot() {
          const { data } = await tell("Page.captureScreenshot", { format: "png" });
          return Buffer.from(data as string, "base64");
        },
        async prefer(features) {
          const list = Object.entries(features).map(([name, value]) => ({ name, value }));
          await tell("Emulation.setEmulatedMedia", { features: list });
        },
      };
    },
    async close() {
      await send("Browser.close").catch(() => undefined); // it may go before it answers
      await gone;
      socket.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

const CODES: Readonly<Record<string, number>> = {
  Tab: 9,
  Enter: 13,
  ArrowLeft: 37,
  ArrowRight: 39,
  End: 35,
  Home: 36,
};
const keyCode = (key: string) => ({ windowsVirtualKeyCode: CODES[key] ?? 0 });
