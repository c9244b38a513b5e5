/** The overview as server-sent events: read only while somebody looks, sent only when it differs. */
import type { ServerResponse } from "node:http";

/** Between the end of one reading and the next. Milliseconds. */
const EVERY = 400;

export interface Live {
  /** Sends what there is now and from then on every change, until the connection ends. */
  watch(response: ServerResponse): void;
  close(): void;
}

export function createLive(read: () => Promise<object>, every = EVERY): Live {
  const watchers = new Set<ServerResponse>();
  let last: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let closed = false;

  const event = (name: string, data: string) => `event: ${name}\ndata: ${data}\n\n`;
  const send = (text: string) => {
    for (const response of watchers) response.write(text);
  };
  async function look(): Promise<void> {
    running = true;
    const text = await read().then(
      (overview) => event("overview", JSON.stringify(overview)),
      (error: unknown) =>
        event("trouble", JSON.stringify({ message: error instanceof Error ? error.message : String(error) })),
    );
    if (text !== last) send(text);
    last = text;
    running = false;
    if (watchers.size > 0 && !closed) timer = setTimeout(() => void look(), every);
  }

  return {
    watch(response) {
      response.writeHead(200, {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      });
      response.write("retry: 1000\n\n");
      if (watchers.size > 0 && last !== undefined) response.write(last);
      else last = undefined; // what was read when somebody last looked is old
      watchers.add(response);
      response.once("close", () => {
        watchers.delete(response);
        if (watchers.size === 0) clearTimeout(timer);
      });
      if (watchers.size === 1 && !running) {
        clearTimeout(timer);
        void look();
      }
    },
    close() {
      closed = true;
      clearTimeout(timer);
      for (const response of watchers) response.end();
    },
  };
}
