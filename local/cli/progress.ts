/** Shows a run as it goes: a live tree in a terminal, a line an event anywhere else. */
import { styleText } from "node:util";
import { createLogUpdate } from "log-update";
import type { EngineEvent } from "../engine/events.ts";
import { afterEvent, counted, describe, draw } from "./tree.ts";
import type { Rows } from "./tree.ts";

export interface Progress {
  show(event: EngineEvent): void;
  /** Draws for the last time. */
  end(): void;
}

const LABEL = {
  debug: styleText("dim", "debug"),
  info: styleText("cyan", "info"),
  warning: styleText("yellow", "warning"),
  error: styleText("red", "error"),
} as const;

const name = (urn: string): string => urn.split("::").slice(3).join("::");

function message(event: EngineEvent, preview: boolean): string | undefined {
  switch (event.kind) {
    case "diagnostic": {
      if (event.severity === "debug") return undefined;
      const about = event.urn === "" ? "" : `${name(event.urn)}: `;
      return `${LABEL[event.severity]}: ${about}${event.message.trimEnd()}`;
    }
    case "resource-failed":
      return `${LABEL.error}: ${event.type} ${event.name}: ${event.message.trimEnd()}`;
    case "summary":
      return `${counted(event.counts, preview)} in ${event.seconds.toFixed(1)} s`;
    default:
      return undefined;
  }
}

/** One line an event: for logs, pipes and CI. Unchanged resources are only counted, not listed. */
function plain(write: (line: string) => void, preview: boolean): Progress {
  let rows: Rows = new Map();
  return {
    show(event) {
      rows = afterEvent(rows, event, Date.now());
      const ended = event.kind === "resource-done" && event.op !== "same" ? rows.get(event.urn) : undefined;
      if (ended) write(describe(ended, Date.now(), preview));
      const text = message(event, preview);
      if (text !== undefined) write(text);
    },
    end: () => undefined,
  };
}

const FRAME_MS = 100;

function live(stream: NodeJS.WriteStream, preview: boolean): Progress {
  const update = createLogUpdate(stream, { showCursor: true });
  let rows: Rows = new Map();
  const messages: string[] = [];
  const paint = () => update(draw(rows, Date.now(), stream.rows - 2, preview).join("\n"));
  const timer = setInterval(paint, FRAME_MS);
  timer.unref();
  return {
    show(event) {
      rows = afterEvent(rows, event, Date.now());
      const text = message(event, preview);
      if (text !== undefined) messages.push(text);
    },
    end() {
      clearInterval(timer);
      update(draw(rows, Date.now(), Number.POSITIVE_INFINITY, preview).join("\n"));
      update.done();
      for (const text of messages) stream.write(`${text}\n`);
    },
  };
}

/** `preview`: says what would be done, not what was. */
export const progress = (stream: NodeJS.WriteStream, preview: boolean): Progress =>
  stream.isTTY ? live(stream, preview) : plain((line) => stream.write(`${line}\n`), preview);
